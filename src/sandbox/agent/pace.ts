import type { SandboxClock } from '../contract.js';

/** Keeps a piece of work from finishing sooner than it would on a real instance. */
export class Pace {
  readonly #clock: SandboxClock;
  readonly #start: number;
  readonly #seconds: number;
  readonly #signal: AbortSignal;

  constructor(clock: SandboxClock, seconds: number, signal: AbortSignal) {
    this.#clock = clock;
    this.#start = clock.now().getTime();
    this.#seconds = seconds;
    this.#signal = signal;
  }

  /** Sandbox seconds since the start. */
  get elapsed(): number {
    return (this.#clock.now().getTime() - this.#start) / 1000;
  }

  /** Waits until `fraction` of the work may be done. */
  async reach(fraction: number): Promise<void> {
    const left = fraction * this.#seconds - this.elapsed;
    if (left > 0) await this.#clock.sleep(left, this.#signal);
    else this.#signal.throwIfAborted();
  }
}
