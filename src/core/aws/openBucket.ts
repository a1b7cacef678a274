import type { S3Client } from '@aws-sdk/client-s3';
import type { KeyService } from '../envelope/envelope.js';
import { EngineError } from '../errors.js';
import { bucketRegion } from './bucketRegion.js';
import { kmsKeyService } from './kmsKeyService.js';
import type { AwsSession } from './session.js';

/** A bucket with S3 and KMS of its own region: RDS wants bucket, key and instance in one. */
export interface Bucket {
  readonly region: string;
  readonly s3: S3Client;
  readonly keys: KeyService;
}

/**
 * The clients to work with in a bucket, in its region; in the session's where S3 does not tell it.
 * @throws EngineError `s3/no-such-bucket`, `aws/…`
 */
export async function openBucket(
  session: AwsSession,
  bucket: string,
  signal?: AbortSignal,
): Promise<Bucket> {
  const region = await bucketRegion(session, bucket, signal).catch((error: unknown) => {
    // The refusal of a HEAD has no words; what is done next is refused with a reason.
    if (error instanceof EngineError && error.code === 'aws/access-denied') return session.region;
    throw error;
  });
  return { region, s3: await session.s3(region), keys: kmsKeyService(session, region) };
}
