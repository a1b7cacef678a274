import { EngineError } from '../../core/errors.js';

/** The command line itself is wrong; nothing has been started. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What to throw when the engine refused a value that was typed, before anything was started. */
export const asUsageError = (error: unknown): unknown =>
  error instanceof EngineError ? new UsageError(error.message) : error;
