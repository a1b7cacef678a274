import { createHash } from 'node:crypto';

/** Building blocks of a Microsoft Tape Format file as SQL Server writes it. Shares no code with the reader. */

export interface DataRun {
  readonly kind: 'data';
  readonly length: number;
}

/** Written in full when the positions of all earlier filemarks are known. */
export interface Filemark {
  readonly kind: 'filemark';
  readonly endOfData: boolean;
}

export type Segment = Buffer | DataRun | Filemark;

export type PhysicalBlock = 512 | 4096 | 65536;

const logicalBlock = 1024;

function setChecksum(header: Buffer, words: number): void {
  let checksum = 0;
  for (let i = 0; i < words; i++) checksum ^= header.readUInt16LE(2 * i);
  header.writeUInt16LE(checksum, 2 * words);
}

/** Fixed part followed by UTF-16 strings, each named by a TAPEADDR in the fixed part. */
export function withTexts(fixed: Buffer, texts: readonly (readonly [number, string])[]): Buffer {
  const parts = [fixed];
  let offset = fixed.length;
  for (const [reference, text] of texts) {
    const bytes = Buffer.from(text, 'utf16le');
    if (bytes.length === 0) continue;
    fixed.writeUInt16LE(bytes.length, reference);
    fixed.writeUInt16LE(offset, reference + 2);
    parts.push(bytes);
    offset += bytes.length;
  }
  return Buffer.concat(parts);
}

/** `2024-01-31T12:34:56` in the five packed bytes of MTF; empty text gives "none". */
export function packDate(text: string): Buffer {
  const bytes = Buffer.alloc(5);
  if (text === '') return bytes;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text
    .split(/[-T:]/u)
    .map(Number);
  bytes[0] = year >> 6;
  bytes[1] = ((year & 63) << 2) | (month >> 2);
  bytes[2] = ((month & 3) << 6) | (day << 1) | (hour >> 4);
  bytes[3] = ((hour & 15) << 4) | (minute >> 2);
  bytes[4] = ((minute & 3) << 6) | second;
  return bytes;
}

/** The 16 bytes of `xxxxxxxx-xxxx-…` in Microsoft's order. */
export function packGuid(guid: string): Buffer {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** A GUID that is always the same for the same name. */
export function guidOf(name: string): string {
  const hex = createHash('md5').update(name).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-');
}

/** `vlf:block:slot` in ten bytes. */
export function packLsn(lsn: string): Buffer {
  const [vlf = 0, block = 0, slot = 0] = lsn.split(':').map(Number);
  const bytes = Buffer.alloc(10);
  bytes.writeUInt32LE(vlf, 0);
  bytes.writeUInt32LE(block, 4);
  bytes.writeUInt16LE(slot, 8);
  return bytes;
}

/** The filemark block: the index lists the earlier ones, newest first, as many as fit. */
export function filemarkBlock(
  size: number,
  earlier: readonly number[],
  attributes: number,
  is2005: boolean,
): Buffer {
  const block = Buffer.alloc(size);
  const array = is2005 ? 60 : 72;
  const capacity = Math.floor((size - array) / 8);
  const listed = [...earlier].reverse().slice(0, capacity);
  block.write('SFMB', 0, 'latin1');
  block.writeUInt32LE(is2005 ? 0 : attributes, 4);
  // 65536 wraps around to 0.
  block.writeUInt16LE(size & 0xffff, 8);
  block.writeUInt8(14, 10);
  block.writeUInt8(1, 11);
  block.writeUInt32LE(capacity, 52);
  block.writeUInt32LE(listed.length, 56);
  if (!is2005) block.writeUInt32LE(72, 60);
  listed.forEach((position, i) => block.writeBigUInt64LE(BigInt(position), array + 8 * i));
  setChecksum(block, 25);
  return block;
}

/** Lays blocks and streams one after another and keeps count of positions. */
export class TapeWriter {
  readonly segments: Segment[] = [];
  length = 0;
  #setStart = 0;
  #blockStart = 0;
  #controlBlock = 0;

  constructor(readonly physicalBlock: PhysicalBlock) {}

  /** Offset from the start of the current set, as its backup size counts it. */
  get inSet(): number {
    return this.length - this.#setStart;
  }

  beginSet(): void {
    this.#setStart = this.length;
    this.#controlBlock = 0;
  }

  /** Completes the header of a block whose own fields and strings are in place. */
  block(type: string, block: Buffer, options: { attributes?: number; utf16?: boolean } = {}): void {
    this.#blockStart = this.length;
    const firstStream = Math.ceil(block.length / 4) * 4;
    const bytes = Buffer.concat([block, Buffer.alloc(firstStream - block.length)]);
    bytes.write(type, 0, 'latin1');
    bytes.writeUInt32LE(options.attributes ?? 0, 4);
    bytes.writeUInt16LE(firstStream, 8);
    bytes.writeUInt8(14, 10);
    bytes.writeUInt8(1, 11);
    const inSet = !['TAPE', 'ESET'].includes(type);
    if (inSet) {
      bytes.writeBigUInt64LE(BigInt(Math.floor(this.inSet / logicalBlock)), 20);
      bytes.writeUInt32LE(this.#controlBlock++, 36);
    }
    bytes.writeUInt8(options.utf16 === true ? 2 : 0, 48);
    setChecksum(bytes, 25);
    this.#push(bytes);
  }

  stream(id: string, data: Buffer | number, attributes = 0): void {
    this.#push(Buffer.alloc((4 - (this.length % 4)) % 4));
    const header = Buffer.alloc(22);
    header.write(id, 0, 'latin1');
    header.writeUInt16LE(attributes, 6);
    header.writeBigUInt64LE(BigInt(typeof data === 'number' ? data : data.length), 8);
    setChecksum(header, 10);
    this.#push(header);
    if (typeof data !== 'number') this.#push(data);
    else if (data > 0) {
      this.segments.push({ kind: 'data', length: data });
      this.length += data;
    }
  }

  /** A stream of zeros that ends on a multiple of `unit` (plus `extra` bytes) from `base`. */
  padding(id: 'SPAD' | 'APAD', base: number, unit: number, after = 0, extra = 0): void {
    const start = Math.ceil(this.length / 4) * 4 + 22;
    const end = base + Math.ceil((start - base + after) / unit) * unit - after + extra;
    this.stream(id, Buffer.alloc(end - start), id === 'APAD' ? 0x80 : 0);
  }

  padToLogicalBlock(extra = 0): void {
    this.padding('SPAD', this.#setStart, logicalBlock, 0, extra);
  }

  /** Ends a block that begins on a physical block. */
  padToPhysicalBlock(): void {
    this.padding('SPAD', this.#blockStart, Math.max(this.physicalBlock, logicalBlock));
  }

  /** Before a filemark: physical blocks are smaller than logical ones with 512-byte sectors. */
  padToFilemark(extra = 0): void {
    this.padding('SPAD', 0, this.physicalBlock, 0, extra);
  }

  /** Aligns the data that follows behind its stream header and 2-byte prefix. */
  alignData(): void {
    this.padding('APAD', 0, this.physicalBlock, 24);
  }

  filemark(endOfData = false): void {
    this.segments.push({ kind: 'filemark', endOfData });
    this.length += this.physicalBlock;
  }

  #push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.segments.push(bytes);
    this.length += bytes.length;
  }
}
