import { serviceFailure } from './taskFailure.js';

export interface S3Location {
  readonly bucket: string;
  /** Without the asterisk of a multi-file set. */
  readonly key: string;
  /** The ARN ended in `*`: every object whose key begins like this. */
  readonly isPrefix: boolean;
}

const objectArn = /^arn:aws[a-z-]*:s3:::([^/]+)\/(.*)$/s;
const accessPointArn = /^arn:aws[a-z-]*:s3(?:express)?:[^:]*:[^:]*:accesspoint\//;

/** @throws TaskFailure in the words of S3, to which a malformed ARN is a bucket that does not exist */
export function parseS3Location(arn: string): S3Location {
  const [, bucket, key] = objectArn.exec(arn) ?? [];
  if (bucket === undefined || key === undefined) {
    throw serviceFailure(
      accessPointArn.test(arn)
        ? 'The sandbox has no S3 access points; name the bucket instead.'
        : 'The specified bucket does not exist',
    );
  }
  const isPrefix = key.endsWith('*');
  if (key === '') throw serviceFailure('The specified key does not exist.');
  return { bucket, key: isPrefix ? key.slice(0, -1) : key, isPrefix };
}
