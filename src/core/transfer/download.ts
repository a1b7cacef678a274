import type { S3Client } from '@aws-sdk/client-s3';
import path from 'node:path';
import { decryptFailure } from '../envelope/contentDecipher.js';
import { plaintextBounds } from '../envelope/contentLength.js';
import type { Envelope, KeyService } from '../envelope/envelope.js';
import { contentCipher } from '../envelope/format.js';
import { throwIfCancelled } from '../errors.js';
import { CipherTaskError } from './cipherThread.js';
import { decryptObject } from './decryptObject.js';
import { FileHash } from './fileHash.js';
import {
  type ObjectEnvelope,
  openContentKey,
  readObjectEnvelope,
  requireEnvelope,
} from './objectEnvelope.js';
import type { OnProgress } from './progress.js';
import { ProgressMeter } from './progressMeter.js';
import { type RetryPolicy, transferRetry } from './retry.js';
import { s3Error } from './s3Errors.js';
import { stallMs } from './stallGuard.js';
import { addTimings } from './stopwatch.js';
import { createTargetFile, targetError } from './targetFile.js';
import type { Timings } from './workerProtocol.js';

export interface DownloadOptions {
  readonly bucket: string;
  readonly key: string;
  /** Where the plaintext goes. */
  readonly file: string;
  readonly s3: S3Client;
  readonly keys: KeyService;
  /** Replace a file of the same name. */
  readonly overwrite?: boolean | undefined;
  readonly retry?: RetryPolicy | undefined;
  /** Milliseconds without a byte after which a request is given up and tried again. */
  readonly stallMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface DownloadResult {
  readonly object: ObjectEnvelope;
  /** Absolute path of the plaintext. */
  readonly file: string;
  readonly plaintextBytes: number;
  /** SHA-256 of the plaintext as it lies in the file, in hexadecimal. */
  readonly sha256: string;
  /** ARN of the KMS key that unwrapped the data key. */
  readonly keyArn: string;
  /** The content was authenticated (GCM, suite 115); CBC has nothing to authenticate it by. */
  readonly authenticated: boolean;
  readonly seconds: number;
  /** Where the time of the threads went: decrypting and writing, reading back and hashing. */
  readonly timings: Timings;
}

/**
 * Downloads a client-side encrypted object and decrypts it to a file. The file gets its name when all
 * of it is there and, for GCM and V3, authenticated; on failure or cancellation nothing is left.
 * @throws EngineError `s3/…`, `envelope/…`, `kms/…`, `transfer/…`; CancelledError
 */
export async function downloadDecrypted(o: DownloadOptions): Promise<DownloadResult> {
  const started = performance.now();
  throwIfCancelled(o.signal);
  const object = await readObjectEnvelope(o);
  const envelope = requireEnvelope(object);
  const bounds = plaintextBounds(envelope.cipher, object.size);
  await using target = await createTargetFile(o.file, bounds.max, o.overwrite ?? false);
  const key = await openContentKey(envelope, o.keys, o.signal);
  const hash = new FileHash(target.fd);
  try {
    const meter = new ProgressMeter(bounds.max, o.onProgress);
    let plaintextBytes = 0;
    const spent = await decryptObject(
      {
        object: { ...object, s3: o.s3 },
        fd: target.fd,
        policy: o.retry ?? transferRetry,
        stallMs: o.stallMs ?? stallMs,
        signal: o.signal,
        onWritten: (position, bytes) => {
          hash.written(position, bytes);
          plaintextBytes += bytes;
          meter.set(plaintextBytes);
        },
      },
      envelope.cipher,
      key,
    );
    compareLength(envelope, plaintextBytes);
    const sha256 = await hash.digest();
    meter.finish();
    throwIfCancelled(o.signal);
    await target.keep();
    return {
      object,
      file: path.resolve(o.file),
      plaintextBytes,
      sha256,
      keyArn: key.keyArn,
      authenticated: envelope.cipher !== contentCipher.cbc,
      seconds: (performance.now() - started) / 1000,
      timings: addTimings(spent, hash.spent),
    };
  } catch (error) {
    throw downloadError(error, object, envelope, o.file);
  } finally {
    key.dispose();
    await hash.stop();
  }
}

/** An object cut short at a block boundary can end in padding by chance; the stated length tells. */
function compareLength(envelope: Envelope, plaintextBytes: number): void {
  const stated = envelope.plaintextLengthHint;
  if (stated !== undefined && stated !== plaintextBytes) throw decryptFailure(envelope.cipher);
}

function downloadError(
  error: unknown,
  object: ObjectEnvelope,
  envelope: Envelope,
  file: string,
): Error {
  if (!(error instanceof CipherTaskError)) return s3Error(error, object, 'read');
  const failure = decryptFailure(envelope.cipher);
  return error.code === failure.code ? failure : targetError(error, file);
}
