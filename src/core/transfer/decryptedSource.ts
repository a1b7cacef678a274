import type { S3Location } from '../aws/s3Uri.js';
import type { ByteSource } from '../byteSource.js';
import { createCbcRangeDecipher, createGcmRangeDecipher } from '../envelope/contentDecipher.js';
import { plaintextBounds } from '../envelope/contentLength.js';
import type { ContentCipher, KeyService } from '../envelope/envelope.js';
import { blockBytes, contentCipher } from '../envelope/format.js';
import {
  type ObjectEnvelope,
  type ObjectRequest,
  openContentKey,
  type OpenedKey,
  readObjectEnvelope,
  requireEnvelope,
} from './objectEnvelope.js';
import { type PinnedObject, readRange } from './rangedGet.js';
import { noFurtherRetry, type RetryPolicy } from './retry.js';

/** A backup header is read in many small steps; each window is fetched once. */
const windowBytes = 256 * 1024;
const windowsKept = 4;

export interface DecryptRequest extends ObjectRequest {
  readonly keys: KeyService;
}

/** Plaintext of an encrypted object, by ranges. */
export interface DecryptedSource extends ByteSource {
  readonly object: ObjectEnvelope;
  /** ARN of the KMS key that unwrapped the data key. */
  readonly keyArn: string;
  /** Zeroes the key; the source cannot be read after that. */
  readonly dispose: () => void;
}

/**
 * Opens the plaintext of a client-side encrypted object for reading by ranges. Ranges are decrypted but
 * not authenticated, whatever the format: a range of a GCM object is read with AES-CTR.
 * @throws EngineError `s3/…`, `envelope/…`, `kms/…`, `transfer/not-encrypted`,
 *   `envelope/decrypt-failed`
 */
export async function openDecrypted(o: DecryptRequest): Promise<DecryptedSource> {
  return openObject(await readObjectEnvelope(o), o);
}

/** The same of an object whose envelope has been read. */
export async function openObject(
  object: ObjectEnvelope,
  o: Omit<DecryptRequest, keyof S3Location>,
): Promise<DecryptedSource> {
  const envelope = requireEnvelope(object);
  const opened = await openContentKey(envelope, o.keys, o.signal);
  try {
    const pinned: PinnedObject = { ...object, s3: o.s3 };
    const reading = { signal: o.signal, policy: o.retry ?? noFurtherRetry };
    const cipher =
      envelope.cipher === contentCipher.cbc
        ? cbcRanges(pinned, opened, reading)
        : ctrRanges(pinned, opened, envelope.cipher, reading);
    const size = await cipher.plaintextLength();
    const read = windowed(size, cipher.read);
    return { object, size, read, keyArn: opened.keyArn, dispose: opened.dispose };
  } catch (error) {
    opened.dispose();
    throw error;
  }
}

interface Reading {
  readonly signal: AbortSignal | undefined;
  readonly policy: RetryPolicy;
}

/** Plaintext by ranges that begin and end at block boundaries, or at the end of the plaintext. */
interface RangeCipher {
  readonly plaintextLength: () => Promise<number>;
  readonly read: (start: number, end: number) => Promise<Buffer>;
}

/** AES-CBC: a block needs the cipher block before it, and the first one the IV. */
function cbcRanges(object: PinnedObject, { key, iv }: OpenedKey, reading: Reading): RangeCipher {
  const blocks = async (start: number, end: number): Promise<Buffer> => {
    const from = Math.max(0, start - blockBytes);
    const bytes = await readRange(object, from, end - from, reading);
    const previousBlock = from === start ? iv : bytes.subarray(0, blockBytes);
    const isLast = end === object.size;
    const decipher = createCbcRangeDecipher({ key, previousBlock, isLast });
    return Buffer.concat([decipher.update(bytes.subarray(start - from)), decipher.final()]);
  };
  return {
    async plaintextLength() {
      const { min } = plaintextBounds(contentCipher.cbc, object.size);
      return min + (await blocks(object.size - blockBytes, object.size)).length;
    },
    async read(start, end) {
      const blockEnd = Math.ceil(end / blockBytes) * blockBytes;
      return (await blocks(start, blockEnd)).subarray(0, end - start);
    },
  };
}

/** AES-GCM is AES-CTR, followed by the tag. */
function ctrRanges(
  object: PinnedObject,
  { key, iv }: OpenedKey,
  cipher: ContentCipher,
  reading: Reading,
): RangeCipher {
  return {
    plaintextLength: () => Promise.resolve(plaintextBounds(cipher, object.size).min),
    async read(start, end) {
      const bytes = await readRange(object, start, end - start, reading);
      return createGcmRangeDecipher({ key, iv, offset: start }).update(bytes);
    },
  };
}

/** Fetches whole windows and keeps the latest few. */
function windowed(size: number, fetch: RangeCipher['read']): ByteSource['read'] {
  const windows = new Map<number, Promise<Buffer>>();
  const windowAt = (index: number): Promise<Buffer> => {
    const start = index * windowBytes;
    const window = windows.get(index) ?? fetch(start, Math.min(start + windowBytes, size));
    windows.delete(index);
    windows.set(index, window);
    window.catch(() => windows.delete(index));
    const oldest = windows.size > windowsKept ? windows.keys().next().value : undefined;
    if (oldest !== undefined) windows.delete(oldest);
    return window;
  };
  return async (offset, length) => {
    const end = Math.min(size, offset + length);
    const pieces: Buffer[] = [];
    for (let at = offset; at < end;) {
      const index = Math.floor(at / windowBytes);
      const within = at - index * windowBytes;
      const window = await windowAt(index);
      const piece = window.subarray(within, within + end - at);
      pieces.push(piece);
      at += piece.length;
    }
    return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
  };
}
