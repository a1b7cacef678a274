// Runs a program of dist/ in this process, so that signals and the terminal reach it directly.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './lib/buildIfStale.mjs';
import { root } from './lib/project.mjs';

const [program = '', ...args] = process.argv.slice(2);
await buildIfStale();
const file = path.join(root, 'dist', `${program}.js`);
process.argv = [process.execPath, file, ...args];
await import(pathToFileURL(file).href);
