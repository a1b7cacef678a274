import type { ByteSource } from '../../../src/core/byteSource.js';

/** A source over bytes in memory that counts what is asked of it. */
export class CountingSource implements ByteSource {
  reads = 0;
  bytesRead = 0;
  longestRead = 0;

  /** @param longest more than this is never returned at once, as a socket may do */
  constructor(
    private readonly bytes: Buffer,
    private readonly longest = Infinity,
    readonly size = bytes.length,
  ) {}

  read(offset: number, length: number): Promise<Buffer> {
    if (offset < 0 || length <= 0 || !Number.isSafeInteger(offset + length))
      throw new Error(`asked for ${length} bytes at ${offset}`);
    this.reads++;
    this.longestRead = Math.max(this.longestRead, length);
    const piece = this.bytes.subarray(offset, offset + Math.min(length, this.longest));
    this.bytesRead += piece.length;
    return Promise.resolve(piece);
  }
}

/** A huge file of which only some pieces are not zero; zeros cost nothing. */
export class SparseSource implements ByteSource {
  reads = 0;

  constructor(
    readonly size: number,
    private readonly pieces: readonly { readonly offset: number; readonly bytes: Buffer }[],
  ) {}

  read(offset: number, length: number): Promise<Buffer> {
    this.reads++;
    const answer = Buffer.alloc(Math.max(0, Math.min(length, this.size - offset)));
    for (const piece of this.pieces) {
      const from = Math.max(offset, piece.offset);
      const to = Math.min(offset + answer.length, piece.offset + piece.bytes.length);
      if (from < to)
        piece.bytes.copy(answer, from - offset, from - piece.offset, to - piece.offset);
    }
    return Promise.resolve(answer);
  }
}
