import { setTimeout as sleep } from 'node:timers/promises';
import { httpStatus } from '../aws/awsErrors.js';
import { CancelledError, EngineError, isCancelled, throwIfCancelled } from '../errors.js';

export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Longest wait before the second try; doubles with every further one. */
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * For requests of a long transfer: a blip of a minute or two in the network must not cost the night's
 * work. It comes on top of the SDK's own three quick tries.
 */
export const transferRetry: RetryPolicy = { attempts: 8, baseMs: 1_000, maxMs: 30_000 };

/** For a question that somebody waits for: the SDK's tries are enough. */
export const noFurtherRetry: RetryPolicy = { attempts: 1, baseMs: 0, maxMs: 0 };

/**
 * Runs `attempt` until it succeeds, fails for good, or has been tried often enough. Waits between
 * tries with exponential back-off and full jitter.
 * @throws what the last try threw; {@link CancelledError} when `signal` is aborted
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  o: { policy: RetryPolicy; signal?: AbortSignal | undefined },
): Promise<T> {
  const { attempts, baseMs, maxMs } = o.policy;
  for (let tried = 1; ; tried++) {
    throwIfCancelled(o.signal);
    try {
      return await attempt();
    } catch (error) {
      throwIfCancelled(o.signal);
      if (tried >= attempts || !isTransient(error)) throw error;
    }
    const wait = Math.random() * Math.min(maxMs, baseMs * 2 ** (tried - 1));
    await sleep(wait, undefined, { signal: o.signal }).catch((error: unknown) => {
      throw new CancelledError(error);
    });
  }
}

/** A connection that stopped moving: thrown by the stall guard, and worth another try. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
}

const networkCodes = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
]);

/** S3 answers of class 4xx that pass when the request is sent once more. */
const passingErrors = new Set([
  'BadDigest', // bytes changed on the way; they are sent again
  'ConditionalRequestConflict',
  'IncompleteBody',
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'ThrottlingException',
  'TimeoutError',
  'XAmzContentChecksumMismatch',
]);

/** True for failures that may be gone at the next try: the network, 5xx, throttling, damage in transit. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof EngineError || isCancelled(error)) return false;
  if (error instanceof StalledError || passingErrors.has(error.name)) return true;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && networkCodes.has(code)) return true;
  const status = httpStatus(error);
  return status !== undefined && (status >= 500 || status === 429);
}
