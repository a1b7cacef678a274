import { EngineError } from '../core/errors.js';
import { type Options, parseOptions, usage, UsageError } from './start/options.js';
import { instructions } from './start/sandboxInfo.js';
import { startSandbox } from './start/sandbox.js';

const exitCode = { stopped: 0, failed: 1, usage: 2 } as const;

/** Runs the sandbox until the process is asked to stop. */
async function main(args: readonly string[]): Promise<number> {
  const { stdout, stderr } = process;
  let options: Options;
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${error.message}\n\n${usage()}`);
    return exitCode.usage;
  }
  if (options.help) {
    stdout.write(usage());
    return exitCode.stopped;
  }
  const stopped = stopRequest();
  try {
    const sandbox = await startSandbox(options, (line) => stderr.write(`${line}\n`));
    stdout.write(
      options.json
        ? `${JSON.stringify(sandbox.info)}\n`
        : instructions(sandbox.info, options.state, options.timeScale),
    );
    await stopped;
    await sandbox.close();
    return exitCode.stopped;
  } catch (error) {
    stderr.write(`${error instanceof Error ? explained(error) : String(error)}\n`);
    return exitCode.failed;
  }
}

const explained = (error: Error) =>
  error instanceof EngineError ? error.message : (error.stack ?? error.message);

/**
 * Ctrl-C, a polite kill, a closed terminal, or the end of the channel to the process that started this
 * one (it has ended, or asks politely where there are no signals). A second signal ends the process at
 * once.
 */
function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    process.once('disconnect', resolve);
    // Nothing is ever sent over it, so it is no reason to stay.
    process.channel?.unref();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) {
      // SIGBREAK is Windows's Ctrl-Break; SIGHUP there is its console being closed.
      if (signal === 'SIGBREAK' && process.platform !== 'win32') continue;
      process.once(signal, () => {
        resolve();
      });
    }
    // A reader that has gone away is no reason to fail.
    process.stdout.on('error', () => undefined);
  });
}

process.exitCode = await main(process.argv.slice(2));
