import { CancelledError, isCancelled } from '../errors.js';
import type { Unchecked } from './finding.js';

/** A check must not keep anybody waiting for facts that do not come. */
const longestMs = 30_000;

/** Looks facts up; what cannot be had is noted as not checked. */
export class LookUp {
  readonly unchecked: Unchecked[] = [];
  /** For questions to AWS: aborts when the caller stops, or after 30 seconds. */
  readonly signal: AbortSignal;

  constructor(readonly stop: AbortSignal | undefined) {
    const limit = AbortSignal.timeout(longestMs);
    this.signal = stop === undefined ? limit : AbortSignal.any([stop, limit]);
  }

  /**
   * What `look` finds; undefined, and a note, when it fails.
   * @throws CancelledError when the caller stops
   */
  async attempt<T>(what: string, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      this.note(what, error);
      return undefined;
    }
  }

  /** @throws CancelledError when the caller stops */
  note(what: string, error: unknown): void {
    if (this.stop?.aborted) throw new CancelledError(error);
    const why = isCancelled(error)
      ? `No answer came within ${longestMs / 1000} seconds.`
      : error instanceof Error
        ? error.message
        : String(error);
    this.unchecked.push({ what, why });
  }
}
