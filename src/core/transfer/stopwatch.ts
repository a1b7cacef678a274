import type { Timings } from './workerProtocol.js';

/** Adds up where a thread's time goes. */
export class Stopwatch {
  readonly #spent = { readS: 0, cipherS: 0, checksumS: 0, storeS: 0 };
  #since = 0;

  start(): void {
    this.#since = performance.now();
  }

  /** Books the time since `start` or the last `lap`. */
  lap(what: keyof Timings): void {
    const now = performance.now();
    this.#spent[what] += (now - this.#since) / 1000;
    this.#since = now;
  }

  get spent(): Timings {
    return { ...this.#spent };
  }
}

export function addTimings(a: Timings, b: Timings): Timings {
  return {
    readS: a.readS + b.readS,
    cipherS: a.cipherS + b.cipherS,
    checksumS: a.checksumS + b.checksumS,
    storeS: a.storeS + b.storeS,
  };
}

export const noTimings: Timings = { readS: 0, cipherS: 0, checksumS: 0, storeS: 0 };
