import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../../core/errors.js';
import { defineCommand } from '../arguments/command.js';
import { exitCode, type ExitCode } from '../exitCode.js';
import type { Host } from '../host.js';
import { signalName } from '../terminal/signals.js';

export const sandbox = defineCommand({
  name: 'sandbox',
  summary: 'start a local stand-in for AWS and RDS to practise with',
  description:
    'Starts a local stand-in for S3, KMS, RDS and two SQL Server instances, on this machine only, ' +
    'and runs until it is stopped with Ctrl-C. Every argument goes to it; ' +
    '"rds-backup sandbox --help" shows them.',
  positionals: [],
  options: {},
  passThrough: true,
  examples: ['rds-backup sandbox', 'rds-backup sandbox --json --state ./sandbox-state'],
  async run({ positionals, host }) {
    // A program of its own: the product never loads the code of its stand-in.
    const program = fileURLToPath(new URL('./sandbox.js', import.meta.url));
    if (!existsSync(program)) {
      throw new EngineError(
        'cli/no-sandbox',
        `The sandbox is not part of this installation (${program} is missing).`,
      );
    }
    return runAttached(program, positionals, host);
  },
});

/** Runs a Node program on this process's own streams until it ends. */
function runAttached(program: string, args: readonly string[], host: Host): Promise<ExitCode> {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  const forward = () => {
    const name = signalName(host.signal);
    // At a terminal Ctrl-C has reached the child already; a second one would cut its clean-up short.
    if (name === 'SIGINT' && host.stdin.isTTY) return;
    child.kill(name ?? 'SIGTERM');
  };
  host.signal.addEventListener('abort', forward, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      host.signal.removeEventListener('abort', forward);
      // Stopped on request is how a server ends well.
      resolve(host.signal.aborted ? exitCode.done : ((code ?? exitCode.failed) as ExitCode));
    });
  });
}
