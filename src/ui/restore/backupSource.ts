import { s3ObjectArn } from '../../core/aws/arn.js';
import { parseS3Arn } from '../../core/aws/s3Arn.js';
import { formatS3Uri, parseS3Uri, type S3Location } from '../../core/aws/s3Uri.js';

/** What is restored: one object, or with a `*` at the end all objects whose keys begin like it. */
export interface BackupSource {
  readonly s3Arn: string;
  /** undefined behind an access point. */
  readonly location: S3Location | undefined;
}

export const sourceAt = (partition: string, location: S3Location): BackupSource => ({
  s3Arn: s3ObjectArn(partition, location.bucket, location.key),
  location,
});

/**
 * Reads what somebody typed or pasted: `s3://bucket/key`, the ARN of an object, or where `folder` is
 * open the beginning of keys in it and `*`. undefined where the text names no object.
 */
export function parseSource(
  text: string,
  partition: string,
  folder?: S3Location,
): BackupSource | undefined {
  const typed = text.trim();
  try {
    if (typed.startsWith('arn:')) {
      const arn = parseS3Arn(typed);
      return { s3Arn: typed, location: arn.kind === 'bucket' ? arn : undefined };
    }
    if (typed.startsWith('s3://')) return objectAt(partition, parseS3Uri(typed));
  } catch {
    return undefined;
  }
  if (folder === undefined || !typed.endsWith('*')) return undefined;
  return objectAt(partition, { bucket: folder.bucket, key: folder.key + typed });
}

/** A key that ends in a slash is a folder. */
function objectAt(partition: string, location: S3Location): BackupSource | undefined {
  const { key } = location;
  const star = key.indexOf('*');
  if (key === '' || key === '*' || key.endsWith('/')) return undefined;
  if (star >= 0 && star < key.length - 1) return undefined;
  return sourceAt(partition, location);
}

/** `s3://bucket/key`, else the ARN: as people know it. */
export const sourceName = ({ s3Arn, location }: BackupSource) =>
  location === undefined ? s3Arn : formatS3Uri(location);

/** A name for the database where the backup does not tell one: that of its file. */
export function nameByKey({ s3Arn }: BackupSource): string {
  const file = s3Arn.slice(s3Arn.lastIndexOf('/') + 1);
  return file
    .replace(/\*$/, '')
    .replace(/\.[A-Za-z0-9]{2,4}$/, '')
    .replace(/[-_. ]+$/, '');
}
