// Runs a program of dist/ in this process, so that signals and the terminal reach it directly;
// builds first when a source is newer than the last build.
import { existsSync, statSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [program = '', ...args] = process.argv.slice(2);
const file = path.join(root, 'dist', `${program}.js`);

/** @param {string} folder */
function newestIn(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...names.map((name) => statSync(path.join(folder, name)).mtimeMs));
}

const stale =
  !existsSync(file) ||
  statSync(file).mtimeMs <
    Math.max(newestIn(path.join(root, 'src')), newestIn(path.join(root, 'scripts')));
if (stale) await import('./build.mjs');

process.argv = [process.argv[0] ?? 'node', file, ...args];
await import(pathToFileURL(file).href);
