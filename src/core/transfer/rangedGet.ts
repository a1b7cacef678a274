import type { S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import type { RequestOptions } from '../aws/renewal.js';
import { formatS3Uri, type S3Location } from '../aws/s3Uri.js';
import { EngineError } from '../errors.js';
import { s3Error } from './s3Errors.js';
import { noFurtherRetry, retry, type RetryPolicy } from './retry.js';
import { StallGuard, stallMs } from './stallGuard.js';

/** One object, in the state in which it was first seen. */
export interface PinnedObject extends S3Location {
  readonly s3: S3Client;
  readonly size: number;
  readonly etag: string;
}

/**
 * Asks for ciphertext bytes `start` to `end` (exclusive) of the object as it was when it was pinned.
 * @throws SDK errors; EngineError `transfer/wrong-range` when the service sends something else
 */
export async function openRange(
  object: PinnedObject,
  start: number,
  end: number,
  options: RequestOptions,
): Promise<Readable> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const { Body, ContentLength } = await object.s3.send(
    new GetObjectCommand({
      Bucket: object.bucket,
      Key: object.key,
      Range: `bytes=${start}-${end - 1}`,
      ...(object.etag ? { IfMatch: object.etag } : {}),
    }),
    options,
  );
  if (!(Body instanceof Readable)) {
    throw new EngineError(
      'transfer/wrong-range',
      `${formatS3Uri(object)} was answered without a body.`,
    );
  }
  if (ContentLength !== end - start) {
    Body.destroy();
    throw new EngineError(
      'transfer/wrong-range',
      `${formatS3Uri(object)} is shorter than it was, or the service does not serve ranges: ` +
        `bytes ${start} to ${end} were asked for, ${ContentLength ?? 'an unknown number'} came.`,
    );
  }
  return Body;
}

/** Reads a small range into memory. @throws EngineError */
export async function readRange(
  object: PinnedObject,
  start: number,
  length: number,
  o: { signal?: AbortSignal | undefined; policy?: RetryPolicy | undefined } = {},
): Promise<Buffer> {
  try {
    return await retry(
      async () => {
        using guard = new StallGuard(o.signal, stallMs);
        return await guard.run(async (options) => {
          const body = await openRange(object, start, start + length, options);
          const chunks: Buffer[] = [];
          for await (const chunk of body as AsyncIterable<Buffer>) {
            guard.touch();
            chunks.push(chunk);
          }
          return Buffer.concat(chunks);
        });
      },
      { signal: o.signal, policy: o.policy ?? noFurtherRetry },
    );
  } catch (error) {
    throw s3Error(error, object, 'read');
  }
}
