import { bucketNameProblem } from '../../../core/aws/s3Names.js';
import { prefixOf } from '../../../core/aws/s3Uri.js';

/** A bucket, or only the part of it under a prefix. */
export interface BucketPlace {
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
}

const form = /^(?:s3:\/\/|arn:aws[a-z-]*:s3:::)?([^/]*)(?:\/(.*))?$/s;

/** Reads `bucket`, `bucket/prefix`, `s3://bucket/prefix` or `arn:aws:s3:::bucket/prefix`. */
export function parseBucketPlace(text: string): BucketPlace {
  const [, bucket = '', key = ''] = form.exec(text.trim()) ?? [];
  return { bucket, prefix: folderOf(key) };
}

/** Why the text names no bucket, as a sentence; undefined when it does. */
export const bucketPlaceProblem = (text: string): string | undefined =>
  bucketNameProblem(parseBucketPlace(text).bucket);

/** People paste the address of a file as well: `backups/full.bak` lies in `backups/`. */
function folderOf(key: string): string {
  if (key === '' || key.endsWith('/')) return key;
  const isFile = /\.[a-z0-9]{1,4}$/i.test(key);
  return isFile ? prefixOf(key) : `${key}/`;
}
