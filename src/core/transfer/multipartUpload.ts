import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { httpStatus } from '../aws/awsErrors.js';
import type { RequestOptions } from '../aws/renewal.js';
import { formatS3Uri, type S3Location } from '../aws/s3Uri.js';
import { EngineError } from '../errors.js';
import { crc32Base64 } from './crc32.js';
import { s3Error } from './s3Errors.js';
import { retry, type RetryPolicy } from './retry.js';
import { StallGuard } from './stallGuard.js';
import { streamBody } from './streamedBody.js';

/** For the requests around the parts, which do not follow the user's signal. */
const housekeepingMs = 20_000;
/** S3 puts an object of thousands of parts together in minutes. */
const completionMs = 15 * 60_000;

export interface S3Target extends S3Location {
  readonly s3: S3Client;
  readonly overwrite: boolean;
  readonly retryPolicy: RetryPolicy;
  readonly stallMs: number;
}

/** A part, or a whole object, that is ready to be sent. */
export interface Sendable {
  readonly ciphertextBytes: number;
  readonly crc: number;
  /** A fresh body for every try. `onSlice` is told what goes to the socket. */
  body(onSlice: (bytes: number) => void): Readable;
}

/** Bytes that went to the socket for one part: `restart` when they will be sent again. */
export interface SendProgress {
  restart(): void;
  sent(bytes: number): void;
}

const commonInput = ({ bucket, key }: S3Location) => ({ Bucket: bucket, Key: key });

/** A put fails rather than replaces, unless the user said so. */
const onlyIfNew = ({ overwrite }: S3Target) => (overwrite ? {} : { IfNoneMatch: '*' });

/** For a request on whose answer nothing but tidiness depends: nobody is asked to sign in for it. */
const withoutAsking = (limitMs: number): RequestOptions => ({
  abortSignal: AbortSignal.timeout(limitMs),
  unattended: true,
});

/** Sends one request whose body streams, until it succeeds; the guard ends a try that stalls. */
async function sendWithBody<T>(
  target: S3Target,
  item: Sendable,
  progress: SendProgress,
  signal: AbortSignal | undefined,
  send: (makeBody: () => Readable, options: RequestOptions) => Promise<T>,
): Promise<T> {
  return retry(
    async () => {
      using guard = new StallGuard(signal, target.stallMs);
      let body: Readable | undefined;
      const makeBody = (): Readable => {
        body?.destroy();
        guard.touch();
        progress.restart();
        body = item.body((bytes) => {
          guard.touch();
          progress.sent(bytes);
        });
        // A pipe does not tell its target of a failing source; the request would wait for ever.
        body.on('error', (error) => {
          guard.abort(error);
        });
        return body;
      };
      try {
        return await guard.run((options) => send(makeBody, options));
      } finally {
        body?.destroy();
      }
    },
    { policy: target.retryPolicy, signal },
  );
}

/** Sends a request that the user's signal must not break off; it ends the wait for credentials. */
async function sendUnbroken<T>(
  target: S3Target,
  limitMs: number,
  signal: AbortSignal | undefined,
  send: (options: RequestOptions) => Promise<T>,
): Promise<T> {
  return retry(
    async () => {
      using guard = new StallGuard(undefined, limitMs);
      return await guard.run((options) => send({ ...options, waitSignal: signal }));
    },
    { policy: target.retryPolicy },
  );
}

/** One PutObject. @returns the ETag */
export async function putObject(
  target: S3Target,
  metadata: Record<string, string>,
  item: Sendable,
  progress: SendProgress,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  return unlessDone(target, metadata, async () => {
    const { ETag } = await sendWithBody(target, item, progress, signal, (makeBody, options) => {
      const command = new PutObjectCommand({
        ...commonInput(target),
        ...onlyIfNew(target),
        Metadata: metadata,
        ContentType: 'application/octet-stream',
        ContentLength: item.ciphertextBytes,
        ChecksumCRC32: crc32Base64(item.crc),
      });
      streamBody(command, makeBody);
      return target.s3.send(command, options);
    });
    return etagOf(ETag, target);
  });
}

/**
 * A request that makes an object may have succeeded although its answer got lost; the next try is then
 * refused. The metadata tells, because no other upload has the same wrapped key.
 */
async function unlessDone(
  target: S3Target,
  metadata: Record<string, string>,
  make: () => Promise<string>,
): Promise<string> {
  try {
    return await make();
  } catch (error) {
    if (![404, 412].includes(httpStatus(error) ?? 0)) throw error;
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    const found = await target.s3
      .send(new HeadObjectCommand(commonInput(target)), withoutAsking(housekeepingMs))
      .catch(() => undefined);
    const isOurs = Object.entries(metadata).every(
      ([name, value]) => found?.Metadata?.[name] === value,
    );
    if (isOurs && found?.ETag) return found.ETag;
    throw error;
  }
}

/**
 * A multipart upload that is under way. It exists in S3 from {@link MultipartUpload.start} until
 * `complete` or `abort`; one of the two must be called.
 */
export class MultipartUpload {
  readonly #parts: CompletedPart[] = [];

  private constructor(
    private readonly target: S3Target,
    private readonly metadata: Record<string, string>,
    private readonly uploadId: string,
  ) {}

  /**
   * Begins the upload; the envelope goes with this request. It is not broken off by the user's signal:
   * an upload created by a request nobody waited for could not be aborted.
   */
  static async start(
    target: S3Target,
    metadata: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<MultipartUpload> {
    const { CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3');
    const { UploadId } = await sendUnbroken(target, housekeepingMs, signal, (options) =>
      target.s3.send(
        new CreateMultipartUploadCommand({
          ...commonInput(target),
          Metadata: metadata,
          ContentType: 'application/octet-stream',
          ChecksumAlgorithm: 'CRC32',
        }),
        options,
      ),
    );
    if (!UploadId) throw unexpectedAnswer(target, 'an upload without an id');
    return new MultipartUpload(target, metadata, UploadId);
  }

  async sendPart(
    number: number,
    item: Sendable,
    progress: SendProgress,
    signal: AbortSignal,
  ): Promise<void> {
    const { UploadPartCommand } = await import('@aws-sdk/client-s3');
    const checksum = crc32Base64(item.crc);
    const { ETag } = await sendWithBody(
      this.target,
      item,
      progress,
      signal,
      (makeBody, options) => {
        const command = new UploadPartCommand({
          ...commonInput(this.target),
          UploadId: this.uploadId,
          PartNumber: number,
          ContentLength: item.ciphertextBytes,
          ChecksumCRC32: checksum,
        });
        streamBody(command, makeBody);
        return this.target.s3.send(command, options);
      },
    );
    this.#parts.push({
      PartNumber: number,
      ETag: etagOf(ETag, this.target),
      ChecksumCRC32: checksum,
    });
  }

  /**
   * Puts the object together. Not cancellable while S3 is at it: nobody could say whether it exists
   * then. `signal` ends only the wait for new credentials.
   * @returns the object's ETag
   */
  async complete(signal: AbortSignal | undefined): Promise<string> {
    const { CompleteMultipartUploadCommand } = await import('@aws-sdk/client-s3');
    const Parts = this.#parts.toSorted((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    return unlessDone(this.target, this.metadata, async () => {
      const { ETag } = await sendUnbroken(this.target, completionMs, signal, (options) =>
        this.target.s3.send(
          new CompleteMultipartUploadCommand({
            ...commonInput(this.target),
            ...onlyIfNew(this.target),
            UploadId: this.uploadId,
            MultipartUpload: { Parts },
          }),
          options,
        ),
      );
      return etagOf(ETag, this.target);
    });
  }

  /**
   * Removes the upload and its parts from S3. Call it when no part is being sent any more: a part
   * that arrives later would stay behind.
   * @returns what to tell the user when it could not be removed
   */
  async abort(): Promise<EngineError | undefined> {
    const { AbortMultipartUploadCommand } = await import('@aws-sdk/client-s3');
    const { bucket, key, s3 } = this.target;
    try {
      await s3.send(
        new AbortMultipartUploadCommand({ ...commonInput(this.target), UploadId: this.uploadId }),
        withoutAsking(housekeepingMs),
      );
      return undefined;
    } catch (error) {
      if (httpStatus(error) === 404) return undefined;
      return new EngineError(
        'transfer/upload-not-aborted',
        `The unfinished multipart upload to ${formatS3Uri(this.target)} could not be removed; its parts cost storage until it is. ` +
          `Remove it with: aws s3api abort-multipart-upload --bucket ${bucket} --key "${key}" --upload-id ${this.uploadId}`,
        { cause: error, details: { uploadId: this.uploadId } },
      );
    }
  }
}

function etagOf(etag: string | undefined, place: S3Location): string {
  if (!etag) throw unexpectedAnswer(place, 'no ETag');
  return etag;
}

function unexpectedAnswer(place: S3Location, what: string): EngineError {
  return s3Error(new Error(`the service answered with ${what}`), place, 'upload to');
}
