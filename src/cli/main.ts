import { stopOnSignals } from './terminal/signals.js';
import { exitCode } from './exitCode.js';
import { runCli } from './run.js';

const { stdin, stdout, stderr, env, argv } = process;

// The SDK's advice on Node versions is for those who build this program, not for those who use it.
env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const outputClosed = new AbortController();
stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `rds-backup tasks | head -1`: the reader has what it wanted. Work that is under way goes on.
  if (error.code === 'EPIPE') outputClosed.abort();
  else leaveAtOnce(`Error: the output could not be written (${error.message}).\n`);
});
// Nobody left to tell.
stderr.on('error', () => undefined);

// A mistake of ours, or of a library: still no reason to show people a stack.
process.on('uncaughtException', (error) => {
  leaveAtOnce(`Error: ${(env['RDS_BACKUP_DEBUG'] && error.stack) || error.message}\n`);
});

function leaveAtOnce(message: string): never {
  stderr.write(message);
  process.exit(exitCode.failed);
}

const stop = new AbortController();
stopOnSignals(process, stop, (message) => stderr.write(message));

const code = await runCli(argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  signal: stop.signal,
  outputClosed: outputClosed.signal,
});

// What stands in a pipe's buffer must get out before the process ends; idle connections and a
// waiting standard input must not keep it.
await Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))));
process.exit(code);
