import type { BoundedReader } from './boundedReader.js';
import { readConfiguration, type Configuration } from './configuration.js';
import type { Container } from './container.js';
import { readU64 } from './fields.js';
import { partWanted, type FoundSet } from './foundSet.js';
import { filemarkAt, PackedTape, recordChecksum, type Piece } from './packedTape.js';
import { blockHeaderLength, parseBlockHeader, walkTape } from './tape.js';
import { Unreadable } from './unreadable.js';

/** `MSSQLBAK` version 2 (SQL Server 2014 and later): first record, record header, kinds. */
const firstRecord = 0x1e0;
const recordHeaderLength = 28;
const markerHeaderLength = 24;
const kinds = { data: 0x21, padding: 0x24, index: 0x2c } as const;
const unit = 512;

const indexHeadLength = 16;
const indexEntryLength = 16;
/** How far behind the last indexed place the final copy may be. */
const searchLength = 4 * 1024 * 1024;

export function recordContainer(reader: BoundedReader): Container {
  return {
    whole: () => ({ tape: new PackedTape(reader, firstRecord, findPiece), start: 0 }),
    setAt: (position) => ({ tape: new PackedTape(reader, position, findPiece), start: 0 }),
    finalCopy: (set, endOfData, logicalBlock) =>
      findFinalCopy(reader, set, endOfData, logicalBlock),
  };
}

async function findPiece(reader: BoundedReader, from: number): Promise<Piece | undefined> {
  for (let position = from; position !== reader.size;) {
    reader.budget.spend('steps');
    const filemark = await filemarkAt(reader, position);
    if (filemark !== undefined) return filemark;
    const header = await reader.read(position, markerHeaderLength);
    const storedLength = header.readUInt16LE(2);
    switch (header[0]) {
      case kinds.data: {
        const length = header.readUInt8(1) * unit;
        if (length === 0 || storedLength === 0)
          throw new Unreadable('damaged', `empty record at byte ${position}`);
        const checksum = (await reader.read(position, recordHeaderLength)).readUInt32LE(24);
        const payload = position + recordHeaderLength;
        const next = payload + storedLength;
        return { position: payload, storedLength, packed: true, checksum, length, next };
      }
      case kinds.padding:
        position += markerHeaderLength + storedLength;
        break;
      case kinds.index: {
        const head = await reader.read(position + markerHeaderLength, indexHeadLength);
        position += markerHeaderLength + head.readUInt32LE(8);
        break;
      }
      default:
        throw new Unreadable('damaged', `no record at byte ${position}`);
    }
  }
  return undefined;
}

/**
 * Before the end-of-data filemark stands an index of places in the set; from its last one on little
 * is left to unpack until MSLS.
 */
async function findFinalCopy(
  reader: BoundedReader,
  set: FoundSet,
  endOfData: number,
  logicalBlock: number,
): Promise<Configuration | undefined> {
  const last = await lastIndexEntry(reader, endOfData);
  if (last === undefined) return undefined;
  const tape = new PackedTape(reader, last.position, findPiece);
  // Blocks stand on logical blocks counted from SSET, which is where the set's offsets begin.
  let block = Math.ceil(last.offset / logicalBlock);
  const start = (n: number) => n * logicalBlock - last.offset;
  for (; start(block) < searchLength; block++) {
    const header = parseBlockHeader(await tape.read(start(block), blockHeaderLength));
    if (header?.type === 'SFMB') return undefined;
    if (header?.type !== 'MSLS' || header.logicalAddress !== block) continue;
    for await (const item of walkTape(tape, start(block), reader.budget)) {
      if (item.kind === 'stream' && item.stream.id === 'MQCI')
        return readConfiguration(tape, item.stream, reader.budget, partWanted(set));
    }
  }
  return undefined;
}

interface IndexEntry {
  /** In the unpacked set. */
  readonly offset: number;
  /** Of the record in the file. */
  readonly position: number;
}

/** The last entry of the index that ends at the filemark; its head is repeated at its end. */
async function lastIndexEntry(
  reader: BoundedReader,
  filemark: number,
): Promise<IndexEntry | undefined> {
  if (filemark < firstRecord) return undefined;
  const head = await reader.read(filemark - indexHeadLength, indexHeadLength);
  const count = head.readUInt32LE(4);
  const totalLength = head.readUInt32LE(8);
  const entriesLength = count * indexEntryLength;
  const start = filemark - totalLength;
  if (count === 0 || entriesLength + 2 * indexHeadLength > totalLength || start < firstRecord)
    return undefined;
  if (!head.equals(await reader.read(start, indexHeadLength))) return undefined;
  const end = start + indexHeadLength + entriesLength;
  if (entriesLength <= searchLength) {
    const entries = await reader.read(start + indexHeadLength, entriesLength);
    if (recordChecksum(entries) !== head.readUInt32LE(12)) return undefined;
  }
  const entry = await reader.read(end - indexEntryLength, indexEntryLength);
  const [offset, position] = [readU64(entry, 0), readU64(entry, 8)];
  const possible = offset % unit === 0 && position >= firstRecord && position < start;
  return possible ? { offset, position } : undefined;
}
