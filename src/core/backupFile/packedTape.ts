import { decompressXpressHuffman } from './xpressHuffman.js';
import type { BoundedReader } from './boundedReader.js';
import { blockHeaderLength, parseBlockHeader, type Tape } from './tape.js';
import { Unreadable } from './unreadable.js';

/** A piece of the tape: a compressed record, or a filemark that stands in the file as it is. */
export interface Piece {
  /** Where its bytes are in the file. */
  readonly position: number;
  readonly storedLength: number;
  /** False for a filemark. */
  readonly packed: boolean;
  /** Of the stored bytes, where it is known how to compute it. */
  readonly checksum?: number;
  /** Length on the tape; a version 1 record does not say. */
  readonly length?: number;
  /** Where the next piece is in the file. */
  readonly next: number;
}

/** Finds the piece at or after a file position (padding and index records are stepped over). */
export type PieceFinder = (reader: BoundedReader, position: number) => Promise<Piece | undefined>;

/** The filemark at a file position, if one is there. */
export async function filemarkAt(
  reader: BoundedReader,
  position: number,
): Promise<Piece | undefined> {
  const block = parseBlockHeader(await reader.readUpTo(position, blockHeaderLength));
  if (block?.type !== 'SFMB') return undefined;
  const { firstStream } = block;
  const next = position + firstStream;
  return { position, storedLength: firstStream, packed: false, length: firstStream, next };
}

/** Checksum of a record's payload: rotate left by 1, XOR the next 32-bit word, zero-padded. */
export function recordChecksum(payload: Buffer): number {
  const rest = payload.length % 4;
  const whole = payload.length - rest;
  let checksum = 0;
  const add = (word: number) => (checksum = ((checksum << 1) | (checksum >>> 31)) ^ word);
  for (let at = 0; at < whole; at += 4) add(payload.readUInt32LE(at));
  if (rest > 0) add(payload.readUIntLE(whole, rest));
  return checksum >>> 0;
}

interface Loaded {
  readonly start: number;
  readonly end: number;
  readonly piece: Piece;
  bytes?: Buffer;
}

/**
 * The tape inside a compressed file, from a piece on. Moves forward only and unpacks only what is
 * read: pages are stepped over by their records' lengths.
 */
export class PackedTape implements Tape {
  readonly #loaded: Loaded[] = [];
  #end = 0;
  #next: number;

  constructor(
    private readonly reader: BoundedReader,
    position: number,
    private readonly find: PieceFinder,
  ) {
    this.#next = position;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (!Number.isSafeInteger(offset + length)) throw new Unreadable('cut', 'impossible length');
    while (this.#end < offset + length) {
      this.#forgetBefore(offset);
      if (!(await this.#load())) throw new Unreadable('cut', 'the file ends inside its data');
    }
    this.#forgetBefore(offset);
    const pieces: Buffer[] = [];
    for (const loaded of this.#loaded) {
      if (loaded.start >= offset + length) break;
      const bytes = (loaded.bytes ??= await this.#unpack(loaded.piece));
      pieces.push(
        bytes.subarray(Math.max(0, offset - loaded.start), offset + length - loaded.start),
      );
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  async endsAt(offset: number): Promise<boolean> {
    return offset === this.#end && !(await this.#load());
  }

  #forgetBefore(offset: number): void {
    while (this.#loaded[0] !== undefined && this.#loaded[0].end <= offset) this.#loaded.shift();
  }

  async #load(): Promise<boolean> {
    this.reader.budget.spend('steps');
    const piece = await this.find(this.reader, this.#next);
    if (piece === undefined) return false;
    const bytes = piece.length === undefined ? await this.#unpack(piece) : undefined;
    const start = this.#end;
    this.#end += piece.length ?? bytes?.length ?? 0;
    this.#loaded.push({ start, end: this.#end, piece, ...(bytes && { bytes }) });
    this.#next = piece.next;
    return true;
  }

  async #unpack(piece: Piece): Promise<Buffer> {
    const stored = await this.reader.read(piece.position, piece.storedLength);
    if (!piece.packed) return stored;
    if (piece.checksum !== undefined && recordChecksum(stored) !== piece.checksum)
      throw new Unreadable('damaged', `wrong checksum of the record at byte ${piece.position}`);
    // A record that did not shrink is taken to be stored as it is.
    if (piece.storedLength === piece.length) return stored;
    const bytes = decompressXpressHuffman(stored, piece.length);
    this.reader.budget.spend('bytesUnpacked', bytes.length);
    return bytes;
  }
}
