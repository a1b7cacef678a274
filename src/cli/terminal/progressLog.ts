/** Seconds between two lines of progress in a log, unless five per cent more are done. */
const longestPause = 10;
/** And never more often than this. */
const shortestPause = 1;

/**
 * Decides which reports of progress become a line where there is no terminal: every five per cent
 * or every few seconds, whichever is later in a fast transfer and sooner in a slow one.
 */
export class ProgressLog {
  #fraction = 0;
  #at: number;

  /** @param now a clock in seconds */
  constructor(readonly now: () => number = () => performance.now() / 1000) {
    this.#at = now();
  }

  isDue(fraction: number): boolean {
    const pause = this.now() - this.#at;
    const moved = fraction - this.#fraction;
    const due = pause >= longestPause ? moved > 0 : pause >= shortestPause && moved >= 0.05;
    if (due) {
      this.#fraction = fraction;
      this.#at = this.now();
    }
    return due;
  }
}
