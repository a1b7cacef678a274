import type { BoundedReader } from './boundedReader.js';
import type { Container } from './container.js';
import { filemarkAt, PackedTape, type Piece } from './packedTape.js';
import { Unreadable } from './unreadable.js';
import { codeTable, decompressXpressHuffman } from './xpressHuffman.js';

/**
 * `MSSQLBAK` version 1 (SQL Server 2008 to 2012), as a third party describes it; no sample was at
 * hand. Records are `u16 ?, u16 payload length, u32 ?, payload`; where the first one is, and what
 * stands between the last one and a filemark, is found by looking.
 */
const recordHeaderLength = 8;
const tableLength = 256;
const firstRecordBefore = 4096;
const longestGap = 128 * 1024;

/** @throws {Unreadable} `compression` when no record unpacks to a media header */
export async function legacyContainer(reader: BoundedReader): Promise<Container> {
  const first = await findFirstRecord(reader);
  return {
    whole: () => ({ tape: new PackedTape(reader, first, findPiece), start: 0 }),
    setAt: (position) => ({ tape: new PackedTape(reader, position, findPiece), start: 0 }),
    // It is not known whether version 1 has an index; the walk finds the copy of a small file.
    finalCopy: () => Promise.resolve(undefined),
  };
}

async function findFirstRecord(reader: BoundedReader): Promise<number> {
  for (let position = 16; position < firstRecordBefore; position++) {
    const record = await recordAt(reader, position);
    if (record === undefined) continue;
    const payload = await reader.read(record.position, record.storedLength);
    try {
      if (decompressXpressHuffman(payload).toString('latin1', 0, 4) === 'TAPE') return position;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
  }
  throw new Unreadable('compression', 'no record that unpacks to a media header');
}

async function recordAt(reader: BoundedReader, position: number): Promise<Piece | undefined> {
  const head = await reader.readUpTo(position, recordHeaderLength + tableLength);
  if (head.length < recordHeaderLength + tableLength) return undefined;
  const storedLength = head.readUInt16LE(2);
  const payload = position + recordHeaderLength;
  const next = payload + storedLength;
  const isRecord =
    storedLength > tableLength &&
    next <= reader.size &&
    codeTable(head.subarray(recordHeaderLength)) !== undefined;
  return isRecord ? { position: payload, storedLength, packed: true, next } : undefined;
}

async function findPiece(reader: BoundedReader, position: number): Promise<Piece | undefined> {
  if (position === reader.size) return undefined;
  const piece = (await filemarkAt(reader, position)) ?? (await recordAt(reader, position));
  if (piece !== undefined) return piece;
  const gap = await reader.readUpTo(position, longestGap);
  for (let at = gap.indexOf('SFMB'); at >= 0; at = gap.indexOf('SFMB', at + 1)) {
    const filemark = await filemarkAt(reader, position + at);
    if (filemark !== undefined) return filemark;
  }
  throw new Unreadable('compression', `no record at byte ${position}`);
}
