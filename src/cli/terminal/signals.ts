import { CancelledError } from '../../core/errors.js';
import { exitCode } from '../exitCode.js';

/** On Windows SIGHUP is the console window being closed and SIGBREAK Ctrl-Break. */
const signalNames = [
  ...(['SIGINT', 'SIGTERM', 'SIGHUP'] as const),
  ...(process.platform === 'win32' ? (['SIGBREAK'] as const) : []),
];

/**
 * The first signal asks everything to stop and clean up; the second ends the process where it is.
 * @param stop aborted by the first signal; {@link signalName} tells which it was
 */
export function stopOnSignals(
  target: Pick<NodeJS.Process, 'on' | 'exit'>,
  stop: AbortController,
  say: (message: string) => void,
): void {
  for (const name of signalNames) {
    target.on(name, () => {
      if (stop.signal.aborted) target.exit(exitCode.cancelled);
      stop.abort(new CancelledError(name));
      say('\nStopping… (Ctrl-C again ends at once)\n');
    });
  }
}

/** The signal that aborted `signal`; undefined before that. */
export function signalName(signal: AbortSignal): NodeJS.Signals | undefined {
  const reason: unknown = signal.reason;
  if (!(reason instanceof CancelledError)) return undefined;
  return signalNames.find((name) => name === reason.cause);
}
