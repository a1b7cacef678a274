import type { OnProgress } from './progress.js';

/** Rate is measured over this much of the recent past. */
const windowMs = 8_000;
/** Often enough to look alive, seldom enough to cost nothing. */
const intervalMs = 200;

/**
 * Turns byte counts into progress events with a rate over a sliding window and an estimate of the
 * time left. Counts may fall back when a part is sent again; what is reported never does.
 */
export class ProgressMeter {
  readonly #samples: { at: number; bytes: number }[] = [];
  #reported = 0;
  #lastEventAt = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly totalBytes: number,
    private readonly onProgress: OnProgress | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#samples.push({ at: now(), bytes: 0 });
  }

  /** Says how many bytes are done by now; emits an event unless the last one was just a moment ago. */
  set(doneBytes: number): void {
    const at = this.now();
    if (at - this.#lastEventAt < intervalMs) return;
    this.#emit(doneBytes, at);
  }

  /** The last event: everything is done. */
  finish(): void {
    this.#emit(this.totalBytes, this.now());
  }

  #emit(doneBytes: number, at: number): void {
    this.#lastEventAt = at;
    this.#reported = Math.min(this.totalBytes, Math.max(this.#reported, doneBytes));
    this.#samples.push({ at, bytes: this.#reported });
    // The oldest sample kept is the one just outside the window, so that the window is always full.
    while ((this.#samples[1]?.at ?? at) < at - windowMs) this.#samples.shift();
    const oldest = this.#samples[0] ?? { at, bytes: 0 };
    const seconds = (at - oldest.at) / 1000;
    const bytesPerSecond = seconds > 0 ? (this.#reported - oldest.bytes) / seconds : 0;
    const left = this.totalBytes - this.#reported;
    this.onProgress?.({
      doneBytes: this.#reported,
      totalBytes: this.totalBytes,
      bytesPerSecond,
      secondsLeft: left === 0 ? 0 : bytesPerSecond > 0 ? left / bytesPerSecond : undefined,
    });
  }
}
