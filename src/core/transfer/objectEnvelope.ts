import type { HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { httpStatus } from '../aws/awsErrors.js';
import { formatS3Uri, type S3Location } from '../aws/s3Uri.js';
import type { Envelope, KeyService, Metadata } from '../envelope/envelope.js';
import { instructionFileKeys, maxInstructionFileBytes } from '../envelope/instructionFile.js';
import { parseEnvelope } from '../envelope/parse.js';
import { contentKey, unwrapDataKey } from '../envelope/unwrap.js';
import { EngineError } from '../errors.js';
import { noFurtherRetry, retry, type RetryPolicy } from './retry.js';
import { s3Error } from './s3Errors.js';

/** An object in S3 and, if it is client-side encrypted, its envelope. */
export interface ObjectEnvelope extends S3Location {
  /** Bytes in S3: of the ciphertext, when it is encrypted. */
  readonly size: number;
  readonly etag: string;
  readonly lastModified: Date | undefined;
  /** Parts of its multipart upload; undefined for an object put in one piece. */
  readonly partCount: number | undefined;
  /** User metadata, names lower-case without `x-amz-meta-`. */
  readonly metadata: Metadata;
  /** `AES256`, `aws:kms`… as S3 encrypts it at rest, which is another matter than the envelope. */
  readonly serverSideEncryption: string | undefined;
  /** undefined: not client-side encrypted. */
  readonly envelope: Envelope | undefined;
}

export interface ObjectRequest extends S3Location {
  readonly s3: S3Client;
  readonly signal?: AbortSignal | undefined;
  /** On top of the SDK's own; none if not given. */
  readonly retry?: RetryPolicy | undefined;
}

/**
 * HEADs an object and reads its envelope, from `<key>.instruction` where it lies there.
 * @throws EngineError `s3/…`, or `envelope/…` for headers that contradict each other or are malformed
 */
export async function readObjectEnvelope(o: ObjectRequest): Promise<ObjectEnvelope> {
  const head = await headObject(o);
  const metadata = head.Metadata ?? {};
  return {
    bucket: o.bucket,
    key: o.key,
    size: head.ContentLength ?? 0,
    etag: head.ETag ?? '',
    lastModified: head.LastModified,
    partCount: partCountOf(head.ETag),
    metadata,
    serverSideEncryption: head.ServerSideEncryption,
    envelope: await envelopeOf(o, metadata),
  };
}

/** @throws EngineError `transfer/not-encrypted` for an object without an envelope */
export function requireEnvelope(object: ObjectEnvelope): Envelope {
  if (object.envelope) return object.envelope;
  throw new EngineError(
    'transfer/not-encrypted',
    `${formatS3Uri(object)} is not client-side encrypted: it has no envelope in its metadata and no instruction file. ` +
      'It needs no decryption; fetch it as it is, or restore it without a KMS key.',
  );
}

/** The key that opens an object's content. `dispose` zeroes it. */
export interface OpenedKey {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly aad: Buffer | undefined;
  /** ARN of the KMS key that unwrapped it. */
  readonly keyArn: string;
  readonly dispose: () => void;
}

/** Unwraps the data key of an envelope and derives what the content cipher needs. */
export async function openContentKey(
  envelope: Envelope,
  keys: KeyService,
  signal: AbortSignal | undefined,
): Promise<OpenedKey> {
  const { dataKey, keyArn } = await unwrapDataKey(envelope, keys, { signal });
  try {
    const content = contentKey(envelope, dataKey);
    const key = Buffer.from(content.key);
    content.key.fill(0);
    return { key, iv: content.iv, aad: content.aad, keyArn, dispose: () => key.fill(0) };
  } finally {
    dataKey.fill(0);
  }
}

async function headObject(o: ObjectRequest): Promise<HeadObjectCommandOutput> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const input = { Bucket: o.bucket, Key: o.key };
  try {
    return await retry(() => o.s3.send(new HeadObjectCommand(input), abortable(o.signal)), {
      policy: o.retry ?? noFurtherRetry,
      signal: o.signal,
    });
  } catch (error) {
    throw s3Error(await inWords(error, o), o, 'read');
  }
}

/** The answer to a HEAD has no text; the same question as a GET says why. */
async function inWords(error: unknown, o: ObjectRequest): Promise<unknown> {
  if (![400, 403, 404].includes(httpStatus(error) ?? 0)) return error;
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  try {
    const { Body } = await o.s3.send(
      new GetObjectCommand({ Bucket: o.bucket, Key: o.key, Range: 'bytes=0-0' }),
      abortable(o.signal),
    );
    await Body?.transformToByteArray();
    return error;
  } catch (wordy) {
    return wordy;
  }
}

async function envelopeOf(o: ObjectRequest, metadata: Metadata): Promise<Envelope | undefined> {
  const reading = parseEnvelope(metadata);
  if (reading.kind === 'envelope') return reading.envelope;
  const json = await instructionFile(o);
  if (json !== undefined) {
    const complete = parseEnvelope(metadata, { json });
    return complete.kind === 'envelope' ? complete.envelope : undefined;
  }
  if (reading.kind === 'none') return undefined;
  throw new EngineError(
    'envelope/no-instruction-file',
    `${formatS3Uri(o)} keeps its envelope in an instruction file, but there is no readable object ` +
      `"${instructionFileKeys(o.key)[0]}". Copy both objects together, or allow reading it.`,
  );
}

async function instructionFile(o: ObjectRequest): Promise<string | undefined> {
  for (const key of instructionFileKeys(o.key)) {
    const json = await smallText({ ...o, key });
    if (json !== undefined) return json;
  }
  return undefined;
}

/** Text of a small object; undefined when there is none. */
async function smallText(o: ObjectRequest): Promise<string | undefined> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  try {
    const { Body } = await o.s3.send(
      // One byte more than allowed is enough for the parser to refuse a file that is too large.
      new GetObjectCommand({
        Bucket: o.bucket,
        Key: o.key,
        Range: `bytes=0-${maxInstructionFileBytes}`,
      }),
      abortable(o.signal),
    );
    return await Body?.transformToString();
  } catch (error) {
    // Without s3:ListBucket a missing object is answered with 403.
    if ([403, 404].includes(httpStatus(error) ?? 0)) return undefined;
    throw s3Error(error, o, 'read');
  }
}

const abortable = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});

/** S3 writes `"<hash>-<parts>"` as the ETag of an object that came in parts. */
function partCountOf(etag: string | undefined): number | undefined {
  const parts = /-(\d+)"?$/.exec(etag ?? '')?.[1];
  return parts === undefined ? undefined : Number(parts);
}
