import { throwIfCancelled } from '../errors.js';
import type { Pool } from './pool.js';
import { openRange, type PinnedObject } from './rangedGet.js';
import { retry, type RetryPolicy } from './retry.js';
import { StallGuard } from './stallGuard.js';

/** A run of ciphertext that has arrived. Whoever gets it gives its buffer back to the pool. */
export interface Piece {
  readonly buffer: SharedArrayBuffer;
  readonly length: number;
  /** Where it begins in the object. */
  readonly position: number;
  /** The `lead` bytes before it; fewer at the object's beginning. */
  readonly before: Uint8Array;
}

export interface FetchOptions {
  readonly object: PinnedObject;
  readonly buffers: Pool<SharedArrayBuffer>;
  readonly signal: AbortSignal;
  readonly policy: RetryPolicy;
  readonly stallMs: number;
  /** Bytes wanted of what precedes each piece: 16 for CBC, where they are the IV. */
  readonly lead: number;
}

/**
 * Fetches ciphertext `start` to `end` (exclusive) with one ranged GET and hands it over in pieces, in
 * order. A connection that breaks is taken up again where the last whole piece ended.
 */
export async function fetchPieces(
  o: FetchOptions,
  start: number,
  end: number,
  onPiece: (piece: Piece) => void,
): Promise<void> {
  let position = start;
  await retry(
    async () => {
      using guard = new StallGuard(o.signal, o.stallMs);
      await guard.run(async (signal) => {
        const from = Math.max(0, position - o.lead);
        const body = await openRange(o.object, from, end, signal);
        const cutter = new PieceCutter(o, position, end, (piece) => {
          position = piece.position + piece.length;
          onPiece(piece);
        });
        try {
          for await (const chunk of body as AsyncIterable<Buffer>) {
            guard.touch();
            await cutter.push(chunk);
          }
        } finally {
          cutter.dispose();
        }
      });
      throwIfCancelled(o.signal);
      if (position < end) throw cutShort();
    },
    { signal: o.signal, policy: o.policy },
  );
}

/** Gathers the chunks of one response into pieces of one buffer each. */
class PieceCutter {
  #before: Uint8Array;
  #leadMissing: number;
  #buffer: SharedArrayBuffer | undefined;
  #filled = 0;

  constructor(
    private readonly o: FetchOptions,
    private position: number,
    private readonly end: number,
    private readonly onPiece: (piece: Piece) => void,
  ) {
    this.#leadMissing = Math.min(position, o.lead);
    this.#before = new Uint8Array(this.#leadMissing);
  }

  async push(chunk: Uint8Array): Promise<void> {
    let rest = this.#takeLead(chunk);
    while (rest.length > 0) {
      this.#buffer ??= await this.o.buffers.take();
      const target = new Uint8Array(this.#buffer);
      const wanted = Math.min(target.length, this.end - this.position) - this.#filled;
      const taken = rest.subarray(0, wanted);
      target.set(taken, this.#filled);
      this.#filled += taken.length;
      rest = rest.subarray(taken.length);
      if (taken.length === wanted) this.#finish(this.#buffer);
    }
  }

  /** Returns the buffer of an unfinished piece. */
  dispose(): void {
    if (this.#buffer) this.o.buffers.give(this.#buffer);
    this.#buffer = undefined;
  }

  #takeLead(chunk: Uint8Array): Uint8Array {
    const lead = chunk.subarray(0, this.#leadMissing);
    this.#before.set(lead, this.#before.length - this.#leadMissing);
    this.#leadMissing -= lead.length;
    return chunk.subarray(lead.length);
  }

  #finish(buffer: SharedArrayBuffer): void {
    const piece = {
      buffer,
      length: this.#filled,
      position: this.position,
      before: this.#before,
    };
    this.#before = Uint8Array.from(
      new Uint8Array(
        buffer,
        Math.max(0, this.#filled - this.o.lead),
        Math.min(this.#filled, this.o.lead),
      ),
    );
    this.position += this.#filled;
    this.#filled = 0;
    this.#buffer = undefined;
    this.onPiece(piece);
  }
}

function cutShort(): Error {
  return Object.assign(new Error('The response ended early'), { code: 'ECONNRESET' });
}
