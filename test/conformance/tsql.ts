import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SandboxInfo } from '../support/sandbox.js';
import { run, type RunResult } from './clients.js';

export type SqlServerLogin = Pick<
  SandboxInfo['instances'][number],
  'host' | 'port' | 'user' | 'password' | 'caFile'
>;

/** Runs batches by FreeTDS's tsql, with the server's certificate verified. */
export async function tsql(
  folder: string,
  login: SqlServerLogin,
  batches: readonly string[],
): Promise<RunResult> {
  const configuration = path.join(folder, 'tsql.conf');
  await writeFile(
    configuration,
    [
      '[server]',
      `host = ${login.host}`,
      `port = ${login.port}`,
      'tds version = 7.4',
      'encryption = require',
      `ca file = ${login.caFile}`,
      'check certificate hostname = yes',
    ].join('\n'),
  );
  const input = [login.password, ...batches.map((batch) => `${batch}\ngo`), 'quit', ''].join('\n');
  return run('tsql', ['-S', 'server', '-U', login.user], {
    env: { FREETDSCONF: configuration, LC_ALL: 'C.UTF-8' },
    stdin: input,
    withoutTerminal: true,
  });
}

/** Rows as {@link tsql} prints them: our driver's values, a datetime as `{ datetime }`. */
export function tsqlRows(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): string {
  const lines = rows.map((row) => row.map(tsqlValue).join('\t'));
  const count = `(${rows.length} row${rows.length === 1 ? '' : 's'} affected)`;
  return [columns.join('\t'), ...lines, count].join('\n');
}

function tsqlValue(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  // "Feb 28 2026 01:14PM", the day padded with a blank.
  const { datetime } = value as { datetime: string };
  const date = new Date(`${datetime}Z`);
  const month = date.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  const two = (number: number) => String(number).padStart(2, '0');
  const hour = date.getUTCHours();
  const day = String(date.getUTCDate()).padStart(2);
  const time = `${two(hour % 12 || 12)}:${two(date.getUTCMinutes())}${hour < 12 ? 'AM' : 'PM'}`;
  return `${month} ${day} ${date.getUTCFullYear()} ${time}`;
}
