import { EngineError } from '../errors.js';
import { type Arn, parseArn } from './arn.js';

/** What an S3 object ARN points at (RDS User Guide, native backup and restore: "Using"). */
export type S3Arn = {
  readonly partition: string;
  /** Object key; a common prefix and `*` for a multi-file backup. */
  readonly key: string;
} & (
  | { readonly kind: 'bucket'; readonly bucket: string }
  | {
      readonly kind: 'access-point';
      readonly region: string;
      readonly account: string;
      readonly name: string;
      /** The access point belongs to a directory bucket (S3 Express One Zone). */
      readonly directoryBucket: boolean;
    }
);

/** Bucket names: 3-63 of lower-case letters, digits, dots and hyphens. */
const bucketForm = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const accessPointForm = /^accesspoint\/([a-z0-9-]{3,63})\/object\/(.+)$/s;

/**
 * Reads the three forms that RDS takes: `arn:aws:s3:::bucket/key`,
 * `arn:aws:s3:region:account:accesspoint/name/object/key` and the same with `s3express`.
 * @throws EngineError `arn/malformed`, `s3-arn/not-s3`, `s3-arn/no-key`, `s3-arn/bad-bucket`
 */
export function parseS3Arn(text: string): S3Arn {
  const arn = parseArn(text);
  if (arn.service !== 's3' && arn.service !== 's3express') {
    throw new EngineError(
      's3-arn/not-s3',
      `${text} is an ARN of ${arn.service}, not of an S3 object (arn:aws:s3:::bucket/key).`,
    );
  }
  return accessPoint(arn) ?? bucketObject(arn, text);
}

function accessPoint(arn: Arn): S3Arn | undefined {
  const [, name, key] = accessPointForm.exec(arn.resource) ?? [];
  if (!arn.region || !arn.account || !name || !key) return undefined;
  const { partition, region, account } = arn;
  const directoryBucket = arn.service === 's3express';
  return { kind: 'access-point', partition, region, account, name, directoryBucket, key };
}

function bucketObject(arn: Arn, text: string): S3Arn {
  if (arn.region || arn.account || arn.service === 's3express') {
    throw new EngineError(
      's3-arn/bad-bucket',
      `${text} names a region or an account, as only an access point does ` +
        `(…:accesspoint/NAME/object/KEY). Write a bucket as arn:${arn.partition}:s3:::bucket/key.`,
    );
  }
  const slash = arn.resource.indexOf('/');
  const bucket = slash < 0 ? arn.resource : arn.resource.slice(0, slash);
  const key = slash < 0 ? '' : arn.resource.slice(slash + 1);
  if (!bucketForm.test(bucket)) {
    throw new EngineError('s3-arn/bad-bucket', `“${bucket}” in ${text} is not a bucket name.`);
  }
  if (key === '') {
    throw new EngineError(
      's3-arn/no-key',
      `${text} names a bucket but no object. Add the key of the backup file after the bucket.`,
    );
  }
  return { kind: 'bucket', partition: arn.partition, bucket, key };
}
