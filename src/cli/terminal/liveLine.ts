import type { TextSink } from '../host.js';

const redrawMs = 100;

/**
 * The last line of a terminal, drawn over again and again. Other text must be written through
 * {@link above}, so that it never lands in the middle of the line.
 */
export class LiveLine {
  readonly #sink: TextSink;
  readonly #render: () => string;
  #drawnAt = -Infinity;

  /** @param render the line for the width of the moment; at most one column narrower than it */
  constructor(sink: TextSink, render: () => string) {
    this.#sink = sink;
    this.#render = render;
  }

  /** Draws the line again unless that was done a moment ago. */
  update(): void {
    const now = performance.now();
    if (now - this.#drawnAt < redrawMs) return;
    this.#drawnAt = now;
    this.#draw();
  }

  /** Takes the line away while `write` runs. */
  above(write: () => void): void {
    this.clear();
    write();
    this.#draw();
  }

  clear(): void {
    this.#sink.write('\r\u001b[K');
  }

  #draw(): void {
    this.#sink.write(`\r${this.#render()}\u001b[K`);
  }
}
