import type { BoundedReader } from './boundedReader.js';
import { readConfiguration, type Configuration } from './configuration.js';
import type { Container } from './container.js';
import { partWanted, type FoundSet } from './foundSet.js';
import { blockHeaderLength, parseBlockHeader, walkTape, type Tape } from './tape.js';

/** How far before its usual place the final copy is looked for. */
const searchLength = 1024 * 1024;
const searchStep = 64 * 1024;
/** Headers of the block and its two streams. */
const headersLength = 56 + 22 + 22;
/** Room for padding up to a physical block, plus a little. */
const usualPadding = 6 * 1024;

/** A plain MTF file: the tape is the file. */
export function plainContainer(reader: BoundedReader): Container {
  const tape: Tape = {
    read: (offset, length) => reader.read(offset, length),
    endsAt: (offset) => Promise.resolve(offset === reader.size),
  };
  return {
    whole: () => ({ tape, start: 0 }),
    setAt: (position) => ({ tape, start: position }),
    finalCopy: (set, endOfData, logicalBlock) =>
      findFinalCopy(reader, tape, set, endOfData, logicalBlock),
  };
}

/**
 * MSLS is the last block before the end-of-data filemark. Blocks stand on logical blocks counted from
 * SSET and carry that count, so a look-alike among the pages is not taken for it.
 */
async function findFinalCopy(
  reader: BoundedReader,
  tape: Tape,
  set: FoundSet,
  endOfData: number,
  logicalBlock: number,
): Promise<Configuration | undefined> {
  const latest = endOfData - headersLength - (set.head?.length ?? 0);
  const lowest = Math.max(set.offset, latest - searchLength);
  let block = Math.floor((latest - set.offset) / logicalBlock);
  let from = Math.max(lowest, latest - usualPadding);

  while (set.offset + block * logicalBlock >= lowest) {
    const upTo = Math.min(set.offset + block * logicalBlock + blockHeaderLength, endOfData);
    const bytes = await reader.read(from, upTo - from);
    for (; set.offset + block * logicalBlock >= from; block--) {
      const offset = set.offset + block * logicalBlock;
      const header = parseBlockHeader(bytes.subarray(offset - from));
      if (header?.type !== 'MSLS' || header.logicalAddress !== block) continue;
      for await (const item of walkTape(tape, offset, reader.budget)) {
        if (item.kind === 'stream' && item.stream.id === 'MQCI')
          return readConfiguration(tape, item.stream, reader.budget, partWanted(set));
      }
    }
    if (from === lowest) break;
    from = Math.max(lowest, from - searchStep);
  }
  return undefined;
}
