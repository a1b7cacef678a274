import type { S3Client } from '@aws-sdk/client-s3';
import { s3Error } from '../transfer/s3Errors.js';
import type { S3Location } from './s3Uri.js';

export interface ObjectEntry {
  readonly key: string;
  /** Bytes in S3: of the ciphertext, when it is encrypted. */
  readonly size: number;
  readonly lastModified: Date | undefined;
  readonly etag: string | undefined;
  /** `STANDARD`, `GLACIER`… */
  readonly storageClass: string | undefined;
}

/** What lies directly under a prefix, or a page of it. */
export interface ObjectPage {
  /** Whole prefixes, each ending in a slash. */
  readonly folders: readonly string[];
  readonly objects: readonly ObjectEntry[];
  /** Gives the next page; undefined at the end. */
  readonly continuationToken: string | undefined;
}

export interface ObjectListing {
  readonly bucket: string;
  /** Empty for the top of the bucket; else it ends in a slash. */
  readonly prefix: string;
  readonly continuationToken?: string | undefined;
  /** At most 1000, which is also what S3 gives if not stated. */
  readonly pageSize?: number | undefined;
}

/**
 * One page of a bucket, with prefixes as folders. `s3` should work in the bucket's region.
 * @throws EngineError `s3/…`, `aws/…`
 */
export async function listObjects(
  s3: S3Client,
  o: ObjectListing,
  signal?: AbortSignal,
): Promise<ObjectPage> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const command = new ListObjectsV2Command({
    Bucket: o.bucket,
    Prefix: o.prefix,
    Delimiter: '/',
    // XML could not carry every character that a key may have.
    EncodingType: 'url',
    ContinuationToken: o.continuationToken,
    MaxKeys: o.pageSize,
  });
  try {
    const page = await s3.send(command, signal && { abortSignal: signal });
    const folders = (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => decoded(Prefix));
    const objects = (page.Contents ?? []).map((object) => ({
      key: decoded(object.Key ?? ''),
      size: object.Size ?? 0,
      lastModified: object.LastModified,
      etag: object.ETag,
      storageClass: object.StorageClass,
    }));
    return {
      folders,
      // What the console puts where a folder is created is no file of the user's.
      objects: objects.filter(({ key, size }) => key !== o.prefix || size > 0),
      continuationToken: page.NextContinuationToken,
    };
  } catch (error) {
    throw s3Error(error, { bucket: o.bucket, key: o.prefix }, 'list');
  }
}

/**
 * Deletes an object; in a bucket with versioning, its newest version stays behind a delete marker. One
 * that is not there counts as deleted.
 * @throws EngineError `s3/…`, `aws/…`
 */
export async function deleteObject(
  s3: S3Client,
  place: S3Location,
  signal?: AbortSignal,
): Promise<void> {
  const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
  try {
    await s3.send(
      new DeleteObjectCommand({ Bucket: place.bucket, Key: place.key }),
      signal && { abortSignal: signal },
    );
  } catch (error) {
    throw s3Error(error, place, 'delete');
  }
}

const decoded = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
