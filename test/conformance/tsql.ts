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
