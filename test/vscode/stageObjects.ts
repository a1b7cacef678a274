import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openBucket } from '../../src/core/aws/openBucket.js';
import { openSession } from '../../src/core/aws/session.js';
import { uploadEncrypted } from '../../src/core/transfer/upload.js';
import type { Stage } from './stage.js';

/** Puts a backup into the stage's bucket as the product does, without the editor. */
export async function putEncrypted(stage: Stage, file: string, key: string): Promise<void> {
  const { endpointUrl, region, accessKeyId, secretAccessKey, bucket, kmsKeyArn } = stage.info;
  const credentials = { accessKeyId, secretAccessKey };
  const session = await openSession({ region, endpointUrl, credentials });
  try {
    const { s3, keys } = await openBucket(session, bucket);
    await uploadEncrypted({ file, bucket, key, s3, keys, kmsKeyId: kmsKeyArn });
  } finally {
    session.dispose();
  }
}

/** Puts an object that is not client-side encrypted. */
export async function putPlain(
  stage: Stage,
  key: string,
  body: string | Buffer,
  metadata: Record<string, string> = {},
): Promise<void> {
  await withS3(stage, async (s3) => {
    const input = { Bucket: stage.info.bucket, Key: key, Body: body, Metadata: metadata };
    await s3.send(new PutObjectCommand(input));
  });
}

/** Puts objects of one byte. */
export async function putMany(stage: Stage, keys: readonly string[]): Promise<void> {
  await withS3(stage, async (s3) => {
    const put = (Key: string) =>
      s3.send(new PutObjectCommand({ Bucket: stage.info.bucket, Key, Body: 'x' }));
    for (let i = 0; i < keys.length; i += 20) await Promise.all(keys.slice(i, i + 20).map(put));
  });
}

/** Puts a copy of an encrypted object whose last blocks are others: its envelope looks right. */
export async function putDamaged(stage: Stage, from: string, key: string): Promise<void> {
  await withS3(stage, async (s3) => {
    const Bucket = stage.info.bucket;
    const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket, Key: from }));
    const bytes = Buffer.from(await Body!.transformToByteArray());
    bytes.fill(0xa5, bytes.length - 32);
    await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: bytes, Metadata }));
  });
}

async function withS3(stage: Stage, body: (s3: S3Client) => Promise<void>): Promise<void> {
  const s3 = new S3Client(stage.clientConfig);
  try {
    await body(s3);
  } finally {
    s3.destroy();
  }
}
