import { readU64, xorChecksum, type StringType } from './fields.js';
import { Unreadable } from './unreadable.js';
import type { WorkBudget } from './workBudget.js';

/** The MTF stream of a backup: the file itself, or what its compressed records unpack to. */
export interface Tape {
  /**
   * Exactly `length` bytes. Offsets must not go back before the last call's.
   * @throws {Unreadable} `cut` beyond the end
   */
  read(offset: number, length: number): Promise<Buffer>;
  /** True when the stream ends exactly at `offset`. */
  endsAt(offset: number): Promise<boolean>;
}

/** MTF section 5.2.1, 52 bytes: `DBLK` common header, with the string area that follows it. */
export interface Block {
  readonly offset: number;
  /** `TAPE`, `SFMB`, `SSET`, `VOLB`, `MSCI`, `MSDA`, `MSTL`, `MSLS`, `ESET`, … */
  readonly type: string;
  readonly attributes: number;
  readonly firstStream: number;
  /** (Block start - SSET start) / format logical block size. */
  readonly logicalAddress: number;
  readonly stringType: StringType;
  /** From the block start to its first stream. */
  readonly bytes: Buffer;
}

export const blockHeaderLength = 52;

/** Reads the header's fields, or nothing when the bytes are no block header (wrong checksum or type). */
export function parseBlockHeader(bytes: Buffer): Omit<Block, 'offset' | 'bytes'> | undefined {
  if (bytes.length < blockHeaderLength) return undefined;
  const type = bytes.toString('latin1', 0, 4);
  if (!/^[A-Z]{4}$/u.test(type) || xorChecksum(bytes, 25) !== bytes.readUInt16LE(50))
    return undefined;
  const stored = bytes.readUInt16LE(8);
  // With BLOCKSIZE = 65536 a filemark's size wraps around its 16 bits.
  const firstStream = type === 'SFMB' && stored === 0 ? 65_536 : stored;
  if (firstStream < blockHeaderLength) return undefined;
  return {
    type,
    attributes: bytes.readUInt32LE(4),
    firstStream,
    logicalAddress: readU64(bytes, 20),
    stringType: (['none', 'ansi', 'utf16'] as const)[bytes[48] ?? 0] ?? 'none',
  };
}

/** Reads the block at `offset` and checks its checksum. */
export async function readBlock(tape: Tape, offset: number): Promise<Block> {
  const header = parseBlockHeader(await tape.read(offset, blockHeaderLength));
  if (header === undefined) throw new Unreadable('damaged', `no valid block at byte ${offset}`);
  return { ...header, offset, bytes: await tape.read(offset, header.firstStream) };
}

/** MTF section 6: a data stream of a block. */
export interface Stream {
  /** `MQCI` configuration, `MQDA` pages, `MQTL` log, `SPAD` padding to the next block, … */
  readonly id: string;
  readonly dataOffset: number;
  readonly length: number;
}

const streamHeaderLength = 22;

async function readStream(tape: Tape, offset: number): Promise<Stream> {
  const bytes = await tape.read(offset, streamHeaderLength);
  const id = bytes.toString('latin1', 0, 4);
  if (!/^[A-Z]{4}$/u.test(id) || xorChecksum(bytes, 10) !== bytes.readUInt16LE(20))
    throw new Unreadable('damaged', `no valid stream header at byte ${offset}`);
  return { id, dataOffset: offset + streamHeaderLength, length: readU64(bytes, 8) };
}

const alignToFour = (offset: number) => offset + ((4 - (offset % 4)) % 4);

export type TapeItem =
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'stream'; readonly block: Block; readonly stream: Stream };

/**
 * Walks the tape from the block at `start`, giving every block and then its streams, until the tape
 * ends or the caller stops. Data is stepped over by its length, so only headers are read.
 * @throws {Unreadable} where the chain of blocks breaks
 */
export async function* walkTape(
  tape: Tape,
  start: number,
  budget: WorkBudget,
): AsyncGenerator<TapeItem, void> {
  for (let offset = start; !(await tape.endsAt(offset));) {
    budget.spend('steps');
    const block = await readBlock(tape, offset);
    yield { kind: 'block', block };
    offset += block.firstStream;
    // A filemark has no stream: its "first stream offset" is its whole size.
    if (block.type === 'SFMB') continue;
    let id: string;
    do {
      budget.spend('steps');
      const stream = await readStream(tape, alignToFour(offset));
      yield { kind: 'stream', block, stream };
      offset = stream.dataOffset + stream.length;
      id = stream.id;
    } while (id !== 'SPAD');
    offset = alignToFour(offset);
  }
}
