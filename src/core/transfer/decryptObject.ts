import type { Envelope } from '../envelope/envelope.js';
import { blockBytes, contentCipher } from '../envelope/format.js';
import { CipherThread } from './cipherThread.js';
import { type CipherRange, decryptRange, type RangeOptions } from './decryptRange.js';
import type { OpenedKey } from './objectEnvelope.js';
import { mebibyte } from './partPlan.js';
import { Pool } from './pool.js';
import { TaskGroup } from './taskGroup.js';
import type { Timings } from './workerProtocol.js';

const parallelRanges = 8;

/**
 * Bytes fetched by one request of a parallel download: few requests, because each costs milliseconds
 * on both sides, but enough for all connections to be busy until shortly before the end.
 */
function rangeBytesFor(size: number): number {
  const wanted = Math.ceil(size / (4 * parallelRanges * mebibyte)) * mebibyte;
  return Math.min(64 * mebibyte, Math.max(4 * mebibyte, wanted));
}

/**
 * Decrypts a whole object: CBC by ranges in parallel, GCM and suite 115 as one stream whose end is its
 * authentication. Resolves when everything is written.
 * @returns where the cipher thread's time went
 */
export async function decryptObject(
  o: Omit<RangeOptions, 'signal' | 'thread'> & { readonly signal: AbortSignal | undefined },
  cipher: Envelope['cipher'],
  key: OpenedKey,
): Promise<Timings> {
  const thread = new CipherThread(key.key);
  try {
    const group = new TaskGroup(o.signal);
    const turns = new Pool(Array.from({ length: parallelRanges }, (_, turn) => turn));
    const { size } = o.object;
    for (const range of cipher === contentCipher.cbc
      ? cbcRanges(size, key)
      : [wholeGcm(size, key)]) {
      const turn = await turns.take();
      if (group.signal.aborted) break;
      group.start(async () => {
        try {
          await decryptRange({ ...o, thread, signal: group.signal }, range);
        } finally {
          turns.give(turn);
        }
      });
    }
    await group.join();
    return thread.spent;
  } finally {
    await thread.stop();
  }
}

function* cbcRanges(size: number, { iv }: OpenedKey): Generator<CipherRange> {
  const rangeBytes = rangeBytesFor(size);
  for (let start = 0; start < size; start += rangeBytes) {
    const end = Math.min(start + rangeBytes, size);
    yield {
      id: start,
      start,
      end,
      lead: start === 0 ? 0 : blockBytes,
      decipher: (before) => ({
        mode: 'cbc',
        position: start,
        iv: start === 0 ? iv : before,
        aad: undefined,
        last: end === size,
      }),
    };
  }
}

function wholeGcm(size: number, { iv, aad }: OpenedKey): CipherRange {
  return {
    id: 0,
    start: 0,
    end: size,
    lead: 0,
    decipher: () => ({ mode: 'gcm', position: 0, iv, aad, last: true }),
  };
}
