/** Facts about a failure that are safe to show and log: never a key, password or token. */
export type SafeDetails = Readonly<Record<string, string | number | boolean>>;

export interface EngineErrorOptions {
  readonly cause?: unknown;
  readonly details?: SafeDetails;
}

/**
 * Every failure the engine reports on purpose. The message is one or two sentences fit for a person:
 * what was wrong, where, and what to do. `code` is stable (`area/what`, for example
 * `envelope/missing-header`) and is what tests, exit codes and the UI look at.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: string;
  readonly details: SafeDetails;

  constructor(code: string, message: string, options: EngineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The user (or the host) asked to stop. Never shown as a failure. */
export class CancelledError extends EngineError {
  constructor(cause?: unknown) {
    super('cancelled', 'Cancelled.', { cause });
  }
}

/** Throws {@link CancelledError} when `signal` has been aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError(signal.reason);
}

/** True for our own cancellation and for the abort errors of Node and the AWS SDK. */
export function isCancelled(error: unknown): boolean {
  return (
    error instanceof CancelledError ||
    (error instanceof Error && (error.name === 'AbortError' || error.name === 'CanceledError'))
  );
}
