import type { S3Client } from '@aws-sdk/client-s3';
import { bucketRegion } from '../../core/aws/bucketRegion.js';
import { kmsKeyService } from '../../core/aws/kmsKeyService.js';
import { parseS3Uri, type S3Location } from '../../core/aws/s3Uri.js';
import { type AwsSession } from '../../core/aws/session.js';
import { type KeyService } from '../../core/envelope/envelope.js';
import { EngineError } from '../../core/errors.js';
import { asUsageError, UsageError } from '../arguments/usageError.js';

/** A bucket with S3 and KMS of its own region: RDS wants bucket, key and instance in one. */
export interface Bucket {
  readonly region: string;
  readonly s3: S3Client;
  readonly keys: KeyService;
}

export async function openBucket(
  session: AwsSession,
  bucket: string,
  signal: AbortSignal,
): Promise<Bucket> {
  const region = await bucketRegion(session, bucket, signal).catch((error: unknown) => {
    // The refusal of a HEAD has no words; what is done next is refused with a reason.
    if (error instanceof EngineError && error.code === 'aws/access-denied') return session.region;
    throw error;
  });
  return {
    region,
    s3: await session.s3(region),
    keys: kmsKeyService(session, region),
  };
}

/** @throws UsageError unless `text` is `s3://bucket…` */
export function s3Location(text: string | undefined): S3Location {
  try {
    return parseS3Uri(text ?? '');
  } catch (error) {
    throw asUsageError(error);
  }
}

/** @throws UsageError unless `text` is `s3://bucket/key` */
export function s3ObjectLocation(text: string | undefined): S3Location {
  const location = s3Location(text);
  if (location.key === '' || location.key.endsWith('/')) {
    throw new UsageError(`${text ?? ''} names no object; write s3://BUCKET/KEY.`);
  }
  return location;
}
