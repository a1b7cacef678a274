import type { BoundedReader } from './boundedReader.js';
import type { Container, TapePosition } from './container.js';
import { readFilemarks } from './filemarks.js';
import { collect, type FoundSet } from './foundSet.js';
import type { MediaHeader } from './backupHeader.js';
import { walkTape } from './tape.js';
import { unlessDamaged, Unreadable } from './unreadable.js';

export interface FoundSets {
  readonly sets: readonly FoundSet[];
  /** Why reading stopped before the end of the file, if it did. */
  readonly stopped?: Unreadable;
  /** The last set has its end mark, and the file ends with it. */
  readonly complete: boolean;
  /** Sets that the index names and that could not be read. */
  readonly lost?: number;
}

/** One read of the end holds the index, the end-of-set blocks and the final copy of most backups. */
const shortestTail = 64 * 1024;
const blocksInTail = 6;
const longestTail = 1024 * 1024;

/**
 * The cheap way: the index in the file's last block says where every set begins and ends. Costs a few
 * reads per set however large the file is.
 */
export async function setsByIndex(
  reader: BoundedReader,
  container: Container,
  media: MediaHeader,
): Promise<FoundSets> {
  const sets: FoundSet[] = [];
  const filemark = media.softFilemarkBlockSize;
  const logicalBlock = media.formatLogicalBlockSize < 512 ? 1024 : media.formatLogicalBlockSize;
  try {
    if (filemark < 64) throw new Unreadable('damaged', 'impossible filemark size');
    const tail = Math.max(shortestTail, (blocksInTail + 1) * filemark);
    const tailLength = Math.min(tail, longestTail, reader.size);
    await reader.read(reader.size - tailLength, tailLength);
    const marks = await readFilemarks(reader, filemark);
    for (let i = 0; i + 2 < marks.length; i += 2) {
      const begin = container.setAt((marks[i] ?? 0) + filemark);
      const set = await unlessDamaged(readSetHead(reader, begin));
      if (set === undefined) continue;
      sets.push(set);
      const endOfData = marks[i + 1] ?? 0;
      const final = await unlessDamaged(container.finalCopy(set, endOfData, logicalBlock));
      if (final !== undefined) set.final = final;
    }
    // A set has two filemarks, and one follows the media header.
    const complete = marks.length % 2 === 1 && sets.length > 0;
    return { sets, complete, lost: Math.floor((marks.length - 1) / 2) - sets.length };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { sets, stopped: error, complete: false };
  }
}

/** Walks from SSET until the configuration has been read. */
async function readSetHead(
  reader: BoundedReader,
  { tape, start }: TapePosition,
): Promise<FoundSet> {
  const sets: FoundSet[] = [];
  for await (const item of walkTape(tape, start, reader.budget)) {
    await collect(sets, item, tape, reader.budget);
    const set = sets[0];
    if (set === undefined) throw new Unreadable('damaged', 'no backup set where one should begin');
    // A set whose description is gone ends with its end-of-data filemark.
    const described = item.kind === 'stream' && item.stream.id === 'MQCI';
    if (described || set.filemarks > 0) return set;
  }
  throw new Unreadable('cut', 'the file ends before the description of its backup set');
}

/** The sure way: block by block from the beginning, as far as the chain of blocks holds. */
export async function setsByWalk(reader: BoundedReader, container: Container): Promise<FoundSets> {
  const sets: FoundSet[] = [];
  const { tape, start } = container.whole();
  try {
    for await (const item of walkTape(tape, start, reader.budget))
      await collect(sets, item, tape, reader.budget);
    return { sets, complete: (sets.at(-1)?.filemarks ?? 0) >= 2 };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { sets, stopped: error, complete: false };
  }
}
