import { ProtocolError } from './packet.js';

/** Reads little-endian fields in order; anything beyond the end is a protocol error. */
export class ByteCursor {
  readonly #bytes: Buffer;
  position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.position;
  }

  take(length: number): Buffer {
    if (length < 0 || length > this.remaining) throw new ProtocolError('a field beyond the end');
    const part = this.#bytes.subarray(this.position, this.position + length);
    this.position += length;
    return part;
  }

  peek(): number | undefined {
    return this.#bytes[this.position];
  }

  u8 = () => this.take(1).readUInt8();
  u16 = () => this.take(2).readUInt16LE();
  u32 = () => this.take(4).readUInt32LE();
  i32 = () => this.take(4).readInt32LE();
  u64 = () => this.take(8).readBigUInt64LE();

  /** UTF-16LE text of this many characters. */
  text(characters: number): string {
    return this.take(characters * 2).toString('utf16le');
  }
}
