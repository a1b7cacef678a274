import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from '../support/paths.js';

/** Virtual environments that scripts/lib/prepareConformance.mjs creates, by what is in them. */
export type PythonEnvironment = 'aws' | 'sql' | 'ministack' | 'rubyV1';

/** A program of a virtual environment, for example `environmentProgram('aws', 'moto_server')`. */
export function environmentProgram(environment: PythonEnvironment, name: string): string {
  const variable = `RDS_BACKUP_PYTHON_${environment.toUpperCase()}`;
  const folder = process.env[variable];
  if (folder === undefined) {
    throw new Error(`Run these with npm test: it installs the clients and sets ${variable}.`);
  }
  return path.join(folder, name);
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly stdin?: string | undefined;
  readonly cwd?: string | undefined;
  /** Without a terminal a program asks for its password on standard input. */
  readonly withoutTerminal?: boolean | undefined;
}

export interface RunResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, without the caller's AWS settings. Secrets go by `env`, never by
 * arguments.
 */
export function run(
  program: string,
  args: readonly string[],
  o: RunOptions = {},
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...cleanEnvironment(), ...o.env },
      ...(o.cwd === undefined ? {} : { cwd: o.cwd }),
      detached: o.withoutTerminal ?? false,
      timeout: 90_000,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
    // A program that does not read its input closes the pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(o.stdin ?? '');
  });
}

/** As {@link run}; throws what the program said unless it exits with 0. Returns its output. */
export async function mustRun(
  program: string,
  args: readonly string[],
  o: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, o);
  if (code !== 0) {
    throw new Error(
      `${path.basename(program)} ${args.join(' ')} ended with ${String(code)}:\n${stderr}${stdout}`,
    );
  }
  return stdout;
}

/** Runs clients/`script`, which reads JSON from its input, and returns what it prints. */
export function runScript(
  environment: PythonEnvironment,
  script: string,
  input: object,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return mustRun(
    environmentProgram(environment, 'python'),
    ['-B', path.join(root, 'test', 'conformance', 'clients', script)],
    { stdin: JSON.stringify(input), env: { PYTHONUTF8: '1', ...env } },
  );
}

/** The environment of child processes: no AWS settings or proxies of whoever runs the tests. */
export function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^AWS_|_proxy$|^RDS_BACKUP_/i.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), AWS_EC2_METADATA_DISABLED: 'true' };
}
