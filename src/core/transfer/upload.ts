import type { S3Client } from '@aws-sdk/client-s3';
import { httpStatus } from '../aws/awsErrors.js';
import { formatS3Uri } from '../aws/s3Uri.js';
import { createEnvelope } from '../envelope/create.js';
import type { KeyService } from '../envelope/envelope.js';
import { CancelledError, EngineError, isCancelled, throwIfCancelled } from '../errors.js';
import { MultipartUpload, putObject, type S3Target, type SendProgress } from './multipartUpload.js';
import { type PartPlan, planParts } from './partPlan.js';
import type { OnProgress } from './progress.js';
import { ProgressMeter } from './progressMeter.js';
import { type RetryPolicy, transferRetry } from './retry.js';
import { s3Error } from './s3Errors.js';
import { PartSender, type UploadTimings } from './sendParts.js';
import { openSourceFile, type SourceFile } from './sourceFile.js';
import { stallMs } from './stallGuard.js';
import { type Expected, type Proof, verifyObject } from './verify.js';

export interface UploadOptions {
  readonly file: string;
  readonly bucket: string;
  readonly key: string;
  readonly s3: S3Client;
  readonly keys: KeyService;
  /** KMS key id, ARN or alias that wraps the data key. */
  readonly kmsKeyId: string;
  /** `v1` is the form that RDS is known to restore, and the default. */
  readonly format?: 'v1' | 'v2' | undefined;
  /** Upload a file that is not a SQL Server backup too. */
  readonly force?: boolean | undefined;
  /** Replace an object of the same name. */
  readonly overwrite?: boolean | undefined;
  /** Bytes for parts in flight. */
  readonly memoryBudget?: number | undefined;
  readonly partSize?: number | undefined;
  readonly retry?: RetryPolicy | undefined;
  /** Milliseconds without a byte after which a request is given up and tried again. */
  readonly stallMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface UploadResult {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly format: 'v1' | 'v2';
  /** ARN of the KMS key that wrapped the data key: the one to restore with. */
  readonly keyArn: string;
  readonly plan: PartPlan;
  /** Why it may be called ready to restore. */
  readonly proof: Proof;
  readonly seconds: number;
  readonly timings: UploadTimings;
}

/**
 * Encrypts a backup and uploads it in the client-side format that RDS for SQL Server decrypts, then
 * proves that what lies in S3 decrypts to it. On failure or cancellation nothing is left in S3, except
 * when only the proof fails or is stopped: the upload may have taken hours, and who lacks kms:Decrypt
 * cannot prove a good one.
 * @throws EngineError `transfer/…` (`transfer/not-proven` when the object is there but could not be
 *   read back), `s3/…`, `kms/…`; CancelledError
 */
export async function uploadEncrypted(o: UploadOptions): Promise<UploadResult> {
  const started = performance.now();
  throwIfCancelled(o.signal);
  await using file = await openSourceFile(o.file, o.force ?? false);
  const plan = planParts(file.size, o);
  const target: S3Target = {
    s3: o.s3,
    bucket: o.bucket,
    key: o.key,
    overwrite: o.overwrite ?? false,
    retryPolicy: o.retry ?? transferRetry,
    stallMs: o.stallMs ?? stallMs,
  };
  if (!target.overwrite) await refuseExisting(target, o.signal);
  const format = o.format ?? 'v1';
  const { dataKey, iv, keyArn, metadata } = await createEnvelope({
    format,
    keyId: o.kmsKeyId,
    keys: o.keys,
    plaintextLength: file.size,
    signal: o.signal,
  });
  const sender = new PartSender(file, plan, dataKey, iv);
  try {
    const etag = await send({ target, file, plan, sender, metadata, o });
    const proof = await prove(o, {
      etag,
      ciphertextBytes: plan.ciphertextBytes,
      plaintextBytes: plan.plaintextBytes,
      partCount: plan.strategy === 'single' ? undefined : plan.partCount,
      head: file.head,
      anyContent: o.force ?? false,
    });
    return {
      bucket: o.bucket,
      key: o.key,
      etag,
      format,
      keyArn,
      plan,
      proof,
      seconds: (performance.now() - started) / 1000,
      timings: sender.timings,
    };
  } finally {
    await sender.stop();
    dataKey.fill(0);
  }
}

interface Job {
  readonly target: S3Target;
  readonly file: SourceFile;
  readonly plan: PartPlan;
  readonly sender: PartSender;
  readonly metadata: Record<string, string>;
  readonly o: UploadOptions;
}

/** Sends the file and makes the object exist. @returns its ETag */
async function send(job: Job): Promise<string> {
  const meter = new SentMeter(job.plan, job.o.onProgress);
  try {
    const etag = await (job.plan.strategy === 'single'
      ? sendSingle(job, meter)
      : sendMultipart(job, meter));
    meter.finish();
    return etag;
  } catch (error) {
    throw uploadError(error, job.target);
  }
}

async function sendSingle(
  { target, file, sender, metadata, o }: Job,
  meter: SentMeter,
): Promise<string> {
  return sender.single(async (item) => {
    await file.assertUnchanged();
    throwIfCancelled(o.signal);
    return putObject(target, metadata, item, meter.part(), o.signal);
  });
}

async function sendMultipart(
  { target, file, sender, metadata, o }: Job,
  meter: SentMeter,
): Promise<string> {
  throwIfCancelled(o.signal);
  const upload = await MultipartUpload.start(target, metadata, o.signal);
  try {
    await sender.all(upload, () => meter.part(), o.signal);
    await file.assertUnchanged();
    throwIfCancelled(o.signal);
    return await upload.complete(o.signal);
  } catch (error) {
    const failure = uploadError(error, target);
    const remains = await upload.abort();
    if (remains) {
      // Both have to be told: what went wrong, and what it left behind.
      throw new EngineError(remains.code, `${failure.message} ${remains.message}`, {
        cause: error,
        details: remains.details,
      });
    }
    // S3 refuses damaged bytes; when the file changed, that is the reason to tell.
    if (!isCancelled(error)) await file.assertUnchanged();
    throw failure;
  }
}

async function prove(o: UploadOptions, expected: Expected): Promise<Proof> {
  try {
    return await verifyObject({ ...o, expected });
  } catch (error) {
    if (isCancelled(error)) throw new CancelledError(error);
    if (error instanceof EngineError && error.code === 'transfer/proof-failed') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'transfer/not-proven',
      `${formatS3Uri(o)} was uploaded and is in S3, but could not be read back to prove it: ${reason} ` +
        'Verify the object when that is mended, before you rely on it.',
      { cause: error },
    );
  }
}

async function refuseExisting(target: S3Target, signal: AbortSignal | undefined): Promise<void> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  try {
    await target.s3.send(new HeadObjectCommand({ Bucket: target.bucket, Key: target.key }), {
      ...(signal ? { abortSignal: signal } : {}),
    });
  } catch (error) {
    // 403 is the answer for a missing object too, to those who may not list the bucket. Whatever is
    // wrong besides, the upload's own requests say it in words, and they replace nothing either.
    if ([403, 404].includes(httpStatus(error) ?? 0)) return;
    throw s3Error(error, target, 'upload to');
  }
  throw objectExists(target);
}

function objectExists(target: S3Target, cause?: unknown): EngineError {
  return new EngineError(
    'transfer/object-exists',
    `${formatS3Uri(target)} exists already. Choose another name, or insist (overwrite) to replace it.`,
    { cause },
  );
}

function uploadError(error: unknown, target: S3Target): EngineError {
  if (isCancelled(error)) return new CancelledError(error);
  if (!target.overwrite && httpStatus(error) === 412) return objectExists(target, error);
  return s3Error(error, target, 'upload to');
}

/** Adds up what the parts have sent. */
class SentMeter {
  readonly #meter: ProgressMeter;
  #bytes = 0;

  constructor(plan: PartPlan, onProgress: OnProgress | undefined) {
    this.#meter = new ProgressMeter(plan.plaintextBytes, onProgress);
  }

  part(): SendProgress {
    let sentOfPart = 0;
    return {
      restart: () => {
        this.#bytes -= sentOfPart;
        sentOfPart = 0;
      },
      sent: (bytes) => {
        sentOfPart += bytes;
        this.#bytes += bytes;
        this.#meter.set(this.#bytes);
      },
    };
  }

  finish(): void {
    this.#meter.finish();
  }
}
