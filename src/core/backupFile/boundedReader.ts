import type { ByteSource } from '../byteSource.js';
import { throwIfCancelled } from '../errors.js';
import type { WorkBudget } from './workBudget.js';
import { Unreadable } from './unreadable.js';

const KiB = 1024;

/** First read of every file: holds the media header and the first set's head of most backups. */
export const firstReadLength = 128 * KiB;
const shortAhead = 64 * KiB;
const longAhead = 1024 * KiB;
/** A jump forward no longer than this counts as reading on. */
const readingOn = 256 * KiB;
const windowsKept = 4;

interface Window {
  readonly start: number;
  readonly bytes: Buffer;
}

/**
 * Turns many small reads into few larger ones, since each may be a request to S3. Keeps the last few
 * windows, reads ahead, and reads further ahead while the access goes on forwards.
 */
export class BoundedReader {
  readonly #windows: Window[] = [];
  #ahead = shortAhead;

  constructor(
    private readonly source: ByteSource,
    readonly budget: WorkBudget,
    private readonly signal?: AbortSignal,
  ) {}

  get size(): number {
    return this.source.size;
  }

  /**
   * Exactly `length` bytes (at most a few hundred KiB) at `offset`.
   * @throws {Unreadable} `cut` when the source ends before that
   */
  async read(offset: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.source.size)
      throw new Unreadable('cut', `the file ends before byte ${offset + length}`);
    const window = this.#cached(offset, length) ?? (await this.#fetch(offset, length));
    const start = offset - window.start;
    if (start + length > window.bytes.length)
      throw new Unreadable('cut', `the file ends before byte ${offset + length}`);
    return window.bytes.subarray(start, start + length);
  }

  /** Up to `length` bytes: fewer at the end of the file. */
  readUpTo(offset: number, length: number): Promise<Buffer> {
    return this.read(offset, Math.max(0, Math.min(length, this.source.size - offset)));
  }

  /** What is already here from `offset` on, without reading. */
  peek(offset: number, length: number): Buffer {
    const window = this.#cached(offset, 1);
    const start = offset - (window?.start ?? 0);
    return window?.bytes.subarray(start, start + length) ?? Buffer.alloc(0);
  }

  #cached(offset: number, length: number): Window | undefined {
    return this.#windows.find(
      (w) => w.start <= offset && offset + length <= w.start + w.bytes.length,
    );
  }

  async #fetch(offset: number, length: number): Promise<Window> {
    const last = this.#windows.at(-1);
    const gap = last === undefined ? Infinity : offset - (last.start + last.bytes.length);
    const goesOn = gap > -shortAhead && gap <= readingOn;
    this.#ahead = goesOn ? Math.min(this.#ahead * 2, longAhead) : shortAhead;

    this.budget.spend('reads');
    const wanted = Math.min(Math.max(length, this.#ahead), this.source.size - offset);
    const window = { start: offset, bytes: await this.#readFully(offset, wanted) };
    this.#windows.push(window);
    if (this.#windows.length > windowsKept) this.#windows.shift();
    return window;
  }

  /** A source may return less than asked (sockets do), so ask again until nothing comes. */
  async #readFully(offset: number, wanted: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let have = 0;
    while (have < wanted) {
      throwIfCancelled(this.signal);
      const piece = await this.source.read(offset + have, wanted - have);
      if (piece.length === 0) break;
      this.budget.spend('bytesRead', piece.length);
      pieces.push(piece);
      have += piece.length;
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }
}
