import type { BoundedReader } from './boundedReader.js';
import { readU64 } from './fields.js';
import { blockHeaderLength, parseBlockHeader } from './tape.js';
import { Unreadable } from './unreadable.js';

/** SQL Server 2008 and later say where the index is; 2005 has it right after its two counters. */
const hasIndexOffset = 0x80000000;
const indexOffset2005 = 60;

/** The file positions of earlier filemarks that the one at `position` lists, newest first. */
async function listedFilemarks(
  reader: BoundedReader,
  position: number,
  length: number,
): Promise<number[]> {
  const header = parseBlockHeader(await reader.read(position, blockHeaderLength));
  if (header?.type !== 'SFMB' || header.firstStream !== length)
    throw new Unreadable('damaged', `no filemark at byte ${position}`);
  const bytes = await reader.read(position, length);
  const start =
    (header.attributes & hasIndexOffset) === 0 ? indexOffset2005 : bytes.readUInt32LE(60);
  const count = bytes.readUInt32LE(56);
  if (start < indexOffset2005 || start + 8 * count > length)
    throw new Unreadable('damaged', 'impossible filemark index');
  return Array.from({ length: count }, (_, i) => readU64(bytes, start + 8 * i));
}

/**
 * All filemarks of the file in file order, from the index in its last block. A filemark lists as many
 * earlier ones as fit, so the index of the oldest one listed leads further back, to the first.
 * @param length of every filemark, from the media header
 * @throws {Unreadable} when the file does not end with a filemark or the index contradicts itself
 */
export async function readFilemarks(reader: BoundedReader, length: number): Promise<number[]> {
  let oldest = reader.size - length;
  const newestFirst = [oldest];
  for (;;) {
    const listed = await listedFilemarks(reader, oldest, length);
    if (listed.length === 0) return newestFirst.reverse();
    reader.budget.spend('steps', listed.length);
    for (const position of listed) {
      if (position > oldest - length)
        throw new Unreadable('damaged', 'filemark index does not go back');
      newestFirst.push(position);
      oldest = position;
    }
  }
}
