import { awsFailure } from './awsErrors.js';
import type { AwsSession } from './session.js';

export interface BucketEntry {
  readonly name: string;
  /** Missing where the service does not tell it in listings. */
  readonly region: string | undefined;
  readonly createdAt: Date | undefined;
}

/**
 * The buckets of the account, of all regions, by name.
 * @throws EngineError `aws/access-denied` without s3:ListAllMyBuckets, other `aws/…`
 */
export async function listBuckets(
  session: AwsSession,
  signal?: AbortSignal,
): Promise<BucketEntry[]> {
  const { paginateListBuckets } = await import('@aws-sdk/client-s3');
  const client = await session.s3();
  const buckets: BucketEntry[] = [];
  try {
    // S3 tells the regions only to those who ask for pages.
    const pages = paginateListBuckets(
      { client, pageSize: 1000 },
      {},
      signal && { abortSignal: signal },
    );
    for await (const { Buckets = [] } of pages) {
      for (const { Name, BucketRegion, CreationDate } of Buckets) {
        if (Name !== undefined) {
          buckets.push({ name: Name, region: BucketRegion, createdAt: CreationDate });
        }
      }
    }
  } catch (error) {
    throw awsFailure('Listing the buckets', error);
  }
  return buckets.sort((a, b) => a.name.localeCompare(b.name));
}
