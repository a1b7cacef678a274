import { Unreadable } from './unreadable.js';

const MiB = 1024 * 1024;

/**
 * What reading one header may cost. An honest file needs a handful of reads; the limits only stop a
 * hostile or badly damaged one. They leave room for thousands of appended sets and for the 32,767
 * files a database may have.
 */
const limits = {
  reads: 10_000,
  bytesRead: 256 * MiB,
  bytesUnpacked: 128 * MiB,
  /** Blocks, streams and records stepped over. */
  steps: 200_000,
  sets: 4_096,
  configurationBytes: 64 * MiB,
  databaseFiles: 65_536,
} as const;

/** Counts the work done on one file and stops it with {@link Unreadable} `limit`. */
export class WorkBudget {
  readonly #spent: Partial<Record<keyof typeof limits, number>> = {};

  spend(what: keyof typeof limits, amount = 1): void {
    const spent = (this.#spent[what] ?? 0) + amount;
    if (spent > limits[what]) throw new Unreadable('limit', `more than ${limits[what]} ${what}`);
    this.#spent[what] = spent;
  }
}
