import type { BucketEntry } from '../../../core/aws/buckets.js';
import type { AwsSession } from '../../../core/aws/session.js';
import { EngineError } from '../../../core/errors.js';

/**
 * The account's buckets; undefined where the credentials may not list them.
 * @throws EngineError `aws/…` for every other failure
 */
export async function listedBuckets(
  session: AwsSession,
  signal?: AbortSignal,
): Promise<readonly BucketEntry[] | undefined> {
  const { listBuckets } = await import('../../../core/aws/buckets.js');
  try {
    return await listBuckets(session, signal);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'aws/access-denied') return undefined;
    throw error;
  }
}
