import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  readonly json: boolean;
  readonly port: number;
  readonly sqlPort: number;
  readonly state: string;
  readonly reset: boolean;
  readonly timeScale: number;
  readonly help: boolean;
}

/** The command line was wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const defaults = { port: 4580, sqlPort: 14330, timeScale: 10 } as const;
const largestTimeScale = 100_000;

export const usage = () => `Usage: rds-backup sandbox [options]

A local stand-in for S3, KMS, IAM, STS, EC2, Secrets Manager and RDS, with SQL Server instances that
back up and restore as Amazon RDS does. It listens on this machine only and restores no rows.

Options:
  --port N          port for AWS requests (default ${defaults.port}; 0: any)
  --sql-port N      port of the first SQL Server instance; the others take the next ones
                    (default ${defaults.sqlPort}; 0: any)
  --state DIR       folder that keeps everything (default ${defaultStateFolder()})
  --reset           begin anew: deletes what the state folder holds
  --time-scale N    how many times faster than the clock things happen (default ${defaults.timeScale})
  --json            print one line of JSON when ready, instead of the instructions
  --help            show this text

It runs until Ctrl-C. Exit codes: 0 stopped, 1 failed, 2 usage.
`;

/** @throws UsageError with a sentence for the user */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args);
  return {
    json: values.json ?? false,
    help: values.help ?? false,
    reset: values.reset ?? false,
    port: portNumber('--port', values.port, defaults.port),
    sqlPort: portNumber('--sql-port', values['sql-port'], defaults.sqlPort),
    timeScale: timeScale(values['time-scale']),
    state: path.resolve(values.state ?? defaultStateFolder()),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        reset: { type: 'boolean' },
        port: { type: 'string' },
        'sql-port': { type: 'string' },
        'time-scale': { type: 'string' },
        state: { type: 'string' },
      },
    }).values;
  } catch (error) {
    // Node's sentences name the option; what follows its first one is about positionals.
    const sentence = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new UsageError(`${sentence}.`);
  }
}

function portNumber(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) {
    throw new UsageError(`${option} takes a port number from 0 to 65535, not “${text}”.`);
  }
  return port;
}

function timeScale(text: string | undefined): number {
  if (text === undefined) return defaults.timeScale;
  const scale = Number(text);
  if (text.trim() === '' || !(scale > 0 && scale <= largestTimeScale)) {
    throw new UsageError(
      `--time-scale takes a number above 0 up to ${largestTimeScale}, not “${text}”.`,
    );
  }
  return scale;
}

/** Where the platform keeps a program's own data of one user. */
export function defaultStateFolder(
  platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home = os.homedir(),
): string {
  const base = () => {
    if (platform === 'win32') return env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
    if (platform === 'darwin') return path.join(home, 'Library', 'Application Support');
    return env['XDG_STATE_HOME'] ?? path.join(home, '.local', 'state');
  };
  return path.join(base(), 'rds-backup', 'sandbox');
}
