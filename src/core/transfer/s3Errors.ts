import { awsFailure, httpStatus, isUnreadable } from '../aws/awsErrors.js';
import { formatS3Uri, type S3Location } from '../aws/s3Uri.js';
import { CancelledError, EngineError, isCancelled } from '../errors.js';
import { StalledError, isTransient } from './retry.js';

interface ServiceError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * Says what an S3 failure means for the object at `place` and what to do about it. Engine errors and
 * cancellations pass through.
 * @param doing for example `read`, `upload to`
 */
export function s3Error(error: unknown, place: S3Location, doing: string): EngineError {
  if (error instanceof EngineError) return error;
  if (isCancelled(error)) return new CancelledError(error);
  if (!(error instanceof Error)) return new EngineError('s3/failed', String(error));
  if (isUnreadable(error)) return awsFailure(`Trying to ${doing} ${formatS3Uri(place)}`, error);
  const failure: ServiceError = error;
  const { code, sentence } = meaning(failure, place, doing);
  const requestId = failure.$metadata?.requestId;
  return new EngineError(code, sentence, {
    cause: error,
    details: {
      bucket: place.bucket,
      key: place.key,
      ...(httpStatus(error) === undefined ? {} : { status: httpStatus(error) ?? 0 }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  });
}

function meaning(
  error: ServiceError,
  place: S3Location,
  doing: string,
): { code: string; sentence: string } {
  const { bucket, key } = place;
  const status = httpStatus(error);
  const region = error.$response?.headers?.['x-amz-bucket-region'];
  const words = error.message && error.message !== error.name ? ` S3 says: ${error.message}` : '';
  switch (error.name) {
    case 'NoSuchBucket':
      return {
        code: 's3/no-such-bucket',
        sentence: `There is no bucket "${bucket}". Check its name, and the account and partition you are signed in to.`,
      };
    case 'NoSuchUpload':
      return {
        code: 's3/upload-gone',
        sentence: `The multipart upload to ${formatS3Uri(place)} was aborted by someone else or by a lifecycle rule. Start the upload again.`,
      };
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'TokenRefreshRequired':
      return {
        code: 'aws/expired-token',
        sentence: `The AWS credentials expired while trying to ${doing} ${formatS3Uri(place)}. Sign in again (for example with aws sso login) and repeat.`,
      };
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'CredentialsProviderError':
      return {
        code: 's3/credentials',
        sentence: `AWS does not accept the credentials used to ${doing} ${formatS3Uri(place)}. Check the profile.${words}`,
      };
    case 'RequestTimeTooSkewed':
      return {
        code: 's3/clock',
        sentence: `This computer's clock differs too much from the real time for AWS to accept its requests. Set the clock and repeat.`,
      };
  }
  if (status === 301 || status === 307 || error.name === 'AuthorizationHeaderMalformed' || region) {
    if (status !== 403 && status !== 404) {
      return {
        code: 's3/wrong-region',
        sentence: `The bucket "${bucket}" lies in ${region ?? 'another region'}, not in the region the request went to. Use ${region ?? "the bucket's region"} and repeat.`,
      };
    }
  }
  if (error.name === 'InvalidObjectState') {
    return {
      code: 's3/archived',
      sentence: `${formatS3Uri(place)} is archived (S3 Glacier). Restore it in S3 before it can be read.`,
    };
  }
  if (status === 403) {
    return {
      code: 's3/access-denied',
      sentence: `Access denied: the identity in use may not ${doing} ${formatS3Uri(place)}. Ask for the S3 permissions on the bucket, and for the KMS key of its default encryption if it has one.${words}`,
    };
  }
  if (error.name === 'NoSuchKey' || error.name === 'NotFound' || status === 404) {
    return {
      code: 's3/no-such-object',
      sentence: `There is no object "${key}" in the bucket "${bucket}", or no such bucket. Check the spelling; keys are case-sensitive.`,
    };
  }
  if (error.name === 'PreconditionFailed' || status === 412) {
    return {
      code: 's3/object-changed',
      sentence: `${formatS3Uri(place)} was replaced by someone else in the meantime. Repeat to work with the new object.`,
    };
  }
  if (status === undefined && (error instanceof StalledError || isTransient(error))) {
    return {
      code: 's3/unreachable',
      sentence: `Amazon S3 could not be reached to ${doing} ${formatS3Uri(place)} (${error.message || (error.code ?? error.name)}). Check the network, proxy and endpoint, and repeat.`,
    };
  }
  if (isTransient(error)) {
    return {
      code: 's3/unavailable',
      sentence: `Amazon S3 kept failing (${error.name}, HTTP ${status ?? 0}) while trying to ${doing} ${formatS3Uri(place)}. Repeat later.${words}`,
    };
  }
  return {
    code: 's3/failed',
    sentence: `Could not ${doing} ${formatS3Uri(place)}: ${error.message || error.name}`,
  };
}
