import type { SyntheticBackup } from './syntheticBackup.js';
import { filemarkBlock } from './tapeWriter.js';
import { encodeXpressHuffman } from './xpressEncoder.js';

const firstRecord = 0x1e0;
const longestRecord = 65_536 - 512;

export interface ContainerOptions {
  /** 2 is SQL Server 2014 and later; 1 the older one, as far as it is known. */
  version?: 1 | 2;
  flags?: number;
}

/** The same backup as a compressed `MSSQLBAK` file: every set in records, filemarks in between. */
export function compressBackup(backup: SyntheticBackup, options: ContainerOptions = {}): Buffer {
  const { version = 2, flags = 0x3 } = options;
  const out = new Output(backup.physicalBlock);
  const header = Buffer.alloc(firstRecord);
  header.write('MSSQLBAK', 0, 'latin1');
  header.writeUInt32LE(version, 8);
  header.writeUInt32LE(flags, 12);
  out.add(header);

  const filemarks: number[] = [];
  const plain = backup.bytes();
  let position = 0;
  let start = 0;
  for (const segment of backup.segments) {
    if (Buffer.isBuffer(segment) || segment.kind === 'data') {
      position += segment.length;
      continue;
    }
    const records = writeRecords(out, plain.subarray(start, position), version);
    if (version === 1) out.add(Buffer.alloc(out.gap(0)));
    else if (segment.endOfData) writeIndex(out, records);
    else writePadding(out);
    const attributes = segment.endOfData ? 0x80040000 : 0x80000000;
    const block = filemarkBlock(backup.physicalBlock, filemarks, attributes, backup.is2005);
    filemarks.push(out.length);
    out.add(block);
    position += backup.physicalBlock;
    start = position;
  }
  return Buffer.concat(out.parts);
}

interface Entry {
  readonly offset: number;
  readonly position: number;
}

function writeRecords(out: Output, data: Buffer, version: 1 | 2): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < data.length; at += longestRecord) {
    const piece = data.subarray(at, at + longestRecord);
    const payload = encodeXpressHuffman(piece);
    entries.push({ offset: at, position: out.length });
    const header = Buffer.alloc(version === 2 ? 28 : 8);
    header.writeUInt8(0x21, 0);
    header.writeUInt8(piece.length / 512, 1);
    header.writeUInt16LE(payload.length, 2);
    header.writeUInt32LE(checksum(payload), version === 2 ? 24 : 4);
    out.add(header, payload);
  }
  return entries;
}

function writePadding(out: Output): void {
  const header = Buffer.alloc(24 + out.gap(24));
  header.writeUInt8(0x24, 0);
  header.writeUInt16LE(header.length - 24, 2);
  out.add(header);
}

/** Names the first record of the set and its second last: what follows that is the end. */
function writeIndex(out: Output, records: readonly Entry[]): void {
  const listed = [records[0], records.at(-2) ?? records[0]].filter((entry) => entry !== undefined);
  const pairs = Buffer.alloc(16 * listed.length);
  listed.forEach(({ offset, position }, i) => {
    pairs.writeBigUInt64LE(BigInt(offset), 16 * i);
    pairs.writeBigUInt64LE(BigInt(position), 16 * i + 8);
  });
  const kind = Buffer.alloc(24);
  kind.writeUInt8(0x2c, 0);
  const zeros = Buffer.alloc(out.gap(24 + 16 + pairs.length + 16));
  const head = Buffer.alloc(16);
  head.writeUInt16LE(1, 0);
  head.writeUInt16LE(1, 2);
  head.writeUInt32LE(listed.length, 4);
  head.writeUInt32LE(32 + pairs.length + zeros.length, 8);
  head.writeUInt32LE(checksum(pairs), 12);
  out.add(kind, head, pairs, zeros, head);
}

function checksum(payload: Buffer): number {
  const padded = Buffer.concat([payload, Buffer.alloc((4 - (payload.length % 4)) % 4)]);
  let sum = 0;
  for (let at = 0; at < padded.length; at += 4)
    sum = (((sum << 1) | (sum >>> 31)) ^ padded.readUInt32LE(at)) >>> 0;
  return sum;
}

class Output {
  readonly parts: Buffer[] = [];
  length = 0;

  constructor(private readonly physicalBlock: number) {}

  add(...parts: Buffer[]): void {
    this.parts.push(...parts);
    for (const part of parts) this.length += part.length;
  }

  /** Bytes to add after `taken` more so that a physical block ends. */
  gap(taken: number): number {
    const over = (this.length + taken) % this.physicalBlock;
    return over === 0 ? 0 : this.physicalBlock - over;
  }
}
