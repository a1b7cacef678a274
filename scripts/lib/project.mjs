// Where things are, and how the scripts run other programs.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What tests download is kept here, outside the repository; deleting it costs only time. */
export function cacheFolder(/** @type {string[]} */ ...parts) {
  const base =
    process.env.RDS_BACKUP_TEST_CACHE ??
    path.join(
      process.platform === 'win32'
        ? (process.env.LOCALAPPDATA ?? os.homedir())
        : (process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache')),
      'rds-sqlserver-backup-tests',
    );
  const folder = path.join(base, ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * For `stdio` of programs whose words must not get between a caller and what a script prints.
 * @type {import('node:child_process').StdioOptions}
 */
export const toStandardError = ['ignore', 2, 2];

/**
 * Runs a program with inherited output and without a shell.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} its exit code; 1 when a signal ended it
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

/**
 * Runs a program, shows its standard output as it comes and returns it.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runCaptured(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
      process.stdout.write(text);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

/**
 * As {@link run}, but a failure is an error that names the step.
 * @param {string} step
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export async function must(step, command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) throw new Error(`${step} failed with exit code ${code}.`);
}

/** npm as a Node program, so that no shell is needed on Windows (where npm is a .cmd file). */
export function npmArguments(/** @type {string[]} */ ...args) {
  const beside = path.dirname(process.execPath);
  const cli = [
    process.env.npm_execpath ?? '',
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((file) => existsSync(file));
  if (cli === undefined) throw new Error('npm was not found; start this with `npm run`.');
  return [cli, ...args];
}
