import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { program, root } from '../support/paths.js';

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** For standard input; without it standard input is empty. */
  readonly input?: string;
  /** Receives the child and what it has written to standard error so far. */
  readonly onStderr?: (stderr: string, child: ChildProcess) => void;
  readonly onStdout?: (stdout: string, child: ChildProcess) => void;
  readonly onSpawn?: (child: ChildProcess) => void;
}

/** The caller's environment without what would change the outcome: AWS settings, colours. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(AWS_|RDS_BACKUP_|NO_COLOR$|FORCE_COLOR$|COLUMNS$|NODE_OPTIONS$|NODE_TEST)/i;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const nowhere = path.join(root, 'no-such-aws-file');
  return {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Runs the built command line program to its end. */
export const cli = (args: readonly string[], o?: CliOptions): Promise<CliRun> =>
  runNode([program('cli'), ...args], o);

/** Runs a program of Node's to its end. */
export function runNode(args: readonly string[], o: CliOptions = {}): Promise<CliRun> {
  const child = spawn(process.execPath, args, {
    env: { ...cleanEnvironment(), ...o.env },
    stdio: 'pipe',
  });
  o.onSpawn?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    o.onStdout?.(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    o.onStderr?.(stderr, child);
  });
  // The program may end without reading it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(o.input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}
