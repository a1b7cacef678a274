import { ciphertextLength } from '../envelope/contentLength.js';
import { contentCipher } from '../envelope/format.js';
import { EngineError } from '../errors.js';

export const mebibyte = 2 ** 20;

/** Amazon S3's multipart limits ("Amazon S3 multipart upload limits" of the S3 User Guide). */
const maxParts = 10_000;
const minPartBytes = 5 * mebibyte;
const maxPartBytes = 5 * 1024 * mebibyte;

/** RDS for SQL Server restores files of up to 5 TB; 5 TiB of plaintext always plans. */
export const maxPlaintextBytes = 5 * 2 ** 40;

/** Big enough that a request's overhead does not count, small enough to retry and to pool. */
const usualPartBytes = 8 * mebibyte;
const usualConcurrency = 8;
/** With Node, the SDK and two threads on top, the process stays well below 300 MiB. */
const usualMemoryBudget = 128 * mebibyte;

/** A streamed part is encrypted this much at a time while it is being sent. */
export const streamChunkBytes = mebibyte;
/** Chunks of a streamed part that may exist at once: made, queued, being sent, not yet collected. */
const chunksPerStream = 8;
const streamedConcurrency = 4;

/**
 * How the parts get to S3. `single`: one PutObject. `buffered`: each part is encrypted once into a
 * buffer, several buffers are sent at a time. `streamed`: parts are too large to be held, so each is
 * encrypted twice: once for its checksum and for the cipher block the next part starts from, and
 * again while it is sent, a chunk at a time. Any number can then be in flight.
 */
export type PartStrategy = 'single' | 'buffered' | 'streamed';

export interface PartPlan {
  readonly strategy: PartStrategy;
  readonly plaintextBytes: number;
  readonly ciphertextBytes: number;
  /** Bytes of every part but the last; a multiple of 1 MiB, hence of the cipher's block. */
  readonly partBytes: number;
  readonly partCount: number;
  /** Parts being sent at a time. */
  readonly concurrency: number;
  /** Bytes of the part buffers, or of the chunks of streamed parts. */
  readonly memoryBytes: number;
}

export interface Part {
  /** From 1. */
  readonly number: number;
  /** Where the part begins, in the plaintext and in the ciphertext alike. */
  readonly offset: number;
  readonly plaintextBytes: number;
  readonly ciphertextBytes: number;
  /** The last part carries the padding, and may hold nothing else. */
  readonly last: boolean;
}

/**
 * Cuts a file of `size` bytes into parts.
 * @param o.partSize smallest part size wanted, in bytes (rounded up to 1 MiB); the number of parts
 *   may ask for larger ones
 * @param o.memoryBudget bytes for parts in flight; a floor of one streamed part is always used
 * @throws EngineError `transfer/too-large`, `transfer/part-size`
 */
export function planParts(
  size: number,
  o: { partSize?: number | undefined; memoryBudget?: number | undefined } = {},
): PartPlan {
  if (!Number.isSafeInteger(size) || size < 0 || size > maxPlaintextBytes) {
    throw new EngineError(
      'transfer/too-large',
      `A file of ${size} bytes cannot be uploaded: Amazon RDS restores files of up to 5 TB. ` +
        'Back the database up into several files (up to 10) and upload each.',
    );
  }
  const ciphertextBytes = ciphertextLength(contentCipher.cbc, size);
  const partBytes = partSizeFor(ciphertextBytes, o.partSize ?? usualPartBytes);
  const partCount = Math.ceil(ciphertextBytes / partBytes);
  return {
    plaintextBytes: size,
    ciphertextBytes,
    partBytes,
    partCount,
    ...flow(partBytes, partCount, ciphertextBytes, o.memoryBudget ?? usualMemoryBudget),
  };
}

/** Part `number` (from 1) of a plan. */
export function partOf(plan: PartPlan, number: number): Part {
  const offset = (number - 1) * plan.partBytes;
  const last = number === plan.partCount;
  return {
    number,
    offset,
    last,
    plaintextBytes: last ? plan.plaintextBytes - offset : plan.partBytes,
    ciphertextBytes: last ? plan.ciphertextBytes - offset : plan.partBytes,
  };
}

function partSizeFor(ciphertextBytes: number, wanted: number): number {
  if (!(wanted >= minPartBytes && wanted <= maxPartBytes)) {
    throw new EngineError(
      'transfer/part-size',
      `Parts of ${wanted} bytes are not possible: Amazon S3 takes parts of 5 MiB to 5 GiB.`,
    );
  }
  const bytes = Math.max(wanted, Math.ceil(ciphertextBytes / maxParts));
  return Math.ceil(bytes / mebibyte) * mebibyte;
}

function flow(
  partBytes: number,
  partCount: number,
  ciphertextBytes: number,
  budget: number,
): Pick<PartPlan, 'strategy' | 'concurrency' | 'memoryBytes'> {
  if (partCount === 1 && ciphertextBytes <= budget) {
    return { strategy: 'single', concurrency: 1, memoryBytes: ciphertextBytes };
  }
  // One buffer is being filled while the others are being sent.
  const buffers = Math.min(Math.floor(budget / partBytes), usualConcurrency + 1, partCount);
  if (buffers >= Math.min(3, partCount)) {
    return {
      strategy: 'buffered',
      concurrency: Math.max(1, buffers - 1),
      memoryBytes: buffers * partBytes,
    };
  }
  const streamBytes = chunksPerStream * streamChunkBytes;
  const streams = Math.floor(budget / streamBytes);
  const concurrency = Math.max(1, Math.min(streams, streamedConcurrency, partCount));
  return { strategy: 'streamed', concurrency, memoryBytes: concurrency * streamBytes };
}
