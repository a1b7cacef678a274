import { createCbcRangeDecipher, createGcmDecipher } from '../envelope/contentDecipher.js';
import type { Envelope } from '../envelope/envelope.js';
import { blockBytes, contentCipher } from '../envelope/format.js';
import { type CipherRange, decryptRange, type RangeOptions } from './decryptRange.js';
import type { OpenedKey } from './objectEnvelope.js';
import { mebibyte } from './partPlan.js';
import { Pool } from './pool.js';
import { TaskGroup } from './taskGroup.js';

/** Fetched by one request of a parallel download. */
const rangeBytes = 8 * mebibyte;
const parallelRanges = 8;

/**
 * Decrypts a whole object: CBC by ranges in parallel, GCM and suite 115 as one stream whose end is its
 * authentication. Resolves when everything is written.
 */
export async function decryptObject(
  o: Omit<RangeOptions, 'signal'> & { readonly signal: AbortSignal | undefined },
  cipher: Envelope['cipher'],
  key: OpenedKey,
): Promise<void> {
  const group = new TaskGroup(o.signal);
  const turns = new Pool(Array.from({ length: parallelRanges }, (_, turn) => turn));
  const ranges =
    cipher === contentCipher.cbc ? cbcRanges(o.object.size, key) : wholeGcm(o.object.size, key);
  for (const range of ranges) {
    const turn = await turns.take();
    if (group.signal.aborted) break;
    group.start(async () => {
      try {
        await decryptRange({ ...o, signal: group.signal }, range);
      } finally {
        turns.give(turn);
      }
    });
  }
  await group.join();
}

function* cbcRanges(size: number, { key, iv }: OpenedKey): Generator<CipherRange> {
  for (let start = 0; start < size; start += rangeBytes) {
    const end = Math.min(start + rangeBytes, size);
    yield {
      start,
      end,
      lead: start === 0 ? 0 : blockBytes,
      decipher: (before) =>
        createCbcRangeDecipher({
          key,
          previousBlock: start === 0 ? iv : before,
          isLast: end === size,
        }),
    };
  }
}

function* wholeGcm(size: number, { key, iv, aad }: OpenedKey): Generator<CipherRange> {
  const content = { key, iv, ...(aad && { aad }) };
  yield { start: 0, end: size, lead: 0, decipher: () => createGcmDecipher(content) };
}
