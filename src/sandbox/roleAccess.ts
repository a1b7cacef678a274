import type { RoleAccess, StoredObject } from './contract.js';
import type { KeyCall, KeyService } from './kms/keyService.js';
import { shownMetadata } from './s3/metadata.js';
import type { ObjectRecord } from './s3/records.js';
import type { S3Service } from './s3/s3Service.js';

/** AWS as the holder of a role's session may use it, without a socket in between. */
export function roleAccess(s3: S3Service, keys: KeyService, call: KeyCall): RoleAccess {
  const stored = (bucket: string, record: ObjectRecord): StoredObject => ({
    bucket,
    key: record.key,
    size: record.size,
    etag: record.etag,
    metadata: shownMetadata(record.metadata),
  });

  const open = (bucketName: string, key: string) => {
    const bucket = s3.buckets.require(bucketName);
    const record = s3.openObject(call, 'GetObject', bucket, key);
    s3.requireDecryption(call, record.encryption);
    return { bucket, record };
  };

  return {
    bucketRegion: (bucket) => {
      // A bucket elsewhere is told by a redirect, before anyone looks at permissions.
      const { region } = s3.buckets.require(bucket).record;
      if (region === call.region) s3.open(call, 'GetBucketLocation', bucket);
      return region;
    },

    listObjects: (bucketName, prefix) =>
      attempt(() => {
        const bucket = s3.open(call, 'ListBucket', bucketName, undefined, { 's3:prefix': prefix });
        return bucket.keys
          .filter((key) => key.startsWith(prefix))
          .map((key) => stored(bucketName, bucket.requireObject(key)));
      }),

    headObject: (bucketName, key) =>
      attempt(() => stored(bucketName, open(bucketName, key).record)),

    readObject: async (object, offset, length) => {
      const { bucket, record } = open(object.bucket, object.key);
      return bucket.read(record, offset, length);
    },

    writeObject: async (bucketName, key, metadata, content) => {
      const bucket = s3.open(call, 'PutObject', bucketName, key);
      const writer = s3.buckets.threads.create(bucket.dataFolder, {
        sha256: false,
        checksum: undefined,
      });
      try {
        for await (const piece of content) await writer.write(piece);
        const { file, size, md5 } = await writer.finish();
        const record: ObjectRecord = {
          ...{ key, size, metadata, etag: md5, lastModified: s3.now(), multipart: false },
          headers: { 'content-type': 'binary/octet-stream' },
          encryption: { algorithm: 'AES256' },
          storageClass: 'STANDARD',
          tags: [],
          parts: [{ file, size, md5, partNumber: 1 }],
        };
        await bucket.put(record, () => undefined);
      } catch (error) {
        await writer.discard();
        throw error;
      }
    },

    generateDataKey: (keyId) => keys.generateDataKey(call, 'GenerateDataKey', keyId, 32, {}),

    describeKey: (keyId) => {
      const key = keys.authorize(call, 'kms:DescribeKey', keyId);
      return { arn: key.arn, enabled: key.state === 'Enabled' };
    },

    decryptDataKey: (blob, context, keyId) => keys.decrypt(call, blob, context, keyId).plaintext,
  };
}

/** What is refused comes as a rejected promise, not as an exception in the middle of the call. */
function attempt<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(action());
  });
}
