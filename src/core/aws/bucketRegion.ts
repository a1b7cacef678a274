import { EngineError } from '../errors.js';
import { awsFailure, httpStatus } from './awsErrors.js';
import type { AwsSession } from './session.js';

/** An SDK error with the raw HTTP answer. */
interface WithResponse {
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * Region in which a bucket lies. S3 tells it in the head of any answer, also of a refusal, so no right
 * to the bucket is needed.
 * @throws EngineError `s3/no-such-bucket`, `aws/…`
 */
export async function bucketRegion(
  session: AwsSession,
  bucket: string,
  signal?: AbortSignal,
): Promise<string> {
  const { HeadBucketCommand } = await import('@aws-sdk/client-s3');
  const s3 = await session.s3();
  try {
    const answer = await s3.send(
      new HeadBucketCommand({ Bucket: bucket }),
      signal && { abortSignal: signal },
    );
    return answer.BucketRegion ?? session.region;
  } catch (error) {
    const told = (error as WithResponse).$response?.headers?.['x-amz-bucket-region'];
    if (told !== undefined) return told;
    if (httpStatus(error) === 404) {
      throw new EngineError('s3/no-such-bucket', `There is no bucket “${bucket}”.`, {
        cause: error,
      });
    }
    const doing = `Looking up the region of bucket ${bucket}`;
    throw awsFailure(doing, await inWords(session, error));
  }
}

/** The answer to a HEAD has no text; when the credentials are to blame, STS says how. */
async function inWords(session: AwsSession, error: unknown): Promise<unknown> {
  if (httpStatus(error) !== 400) return error;
  const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const sts = await session.sts();
  return sts.send(new GetCallerIdentityCommand()).then(
    () => error,
    (reason: unknown) => reason,
  );
}
