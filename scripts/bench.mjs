// npm run -s bench: builds, then measures (test/bench/main.ts says how and with which options). What
// the build says must not get between the caller and the one JSON object on standard output.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** @param {string[]} args @param {'inherit' | 2} stdout */
function node(args, stdout) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['inherit', stdout, 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

node([path.join(root, 'scripts', 'build.mjs'), '--tests'], 2);
node([path.join(root, 'out', 'test', 'bench', 'main.js'), ...process.argv.slice(2)], 'inherit');
