import { CancelledError } from './errors.js';

/**
 * The promise's result, or {@link CancelledError} as soon as `signal` aborts. What arrives after that
 * goes to `discard`, and a late failure is dropped: nobody waits for it any more.
 */
export async function orCancelled<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  discard?: (late: T) => unknown,
): Promise<T> {
  if (!signal) return promise;
  let cancelled = false;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      cancelled = true;
      reject(new CancelledError(signal.reason));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  promise.then(
    (result) => (cancelled ? discard?.(result) : undefined),
    () => undefined,
  );
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
