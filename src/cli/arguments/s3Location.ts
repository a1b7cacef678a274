import { parseS3Uri, type S3Location } from '../../core/aws/s3Uri.js';
import { asUsageError, UsageError } from './usageError.js';

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
