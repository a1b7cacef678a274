import { ServiceFailure } from '../contract.js';
import { checksumHeader, type StoredChecksum } from './checksum.js';
import { encryptionHeaders, quoted, readObjectHead } from './objectHead.js';
import { writeCheck } from './preconditions.js';
import type { S3Operation, S3Request } from './request.js';
import type { S3Service } from './s3Service.js';

/** @throws ServiceFailure `KeyTooLongError` above 1,024 bytes of UTF-8 */
export function requireKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > 1024) {
    throw new ServiceFailure(
      'KeyTooLongError',
      `Your key is too long (${String(size)} bytes; 1024 are allowed)`,
    );
  }
}

/** Condition keys of requests that write an object. */
export const writeContext = (request: S3Request) => {
  const context: Record<string, string> = {};
  for (const name of [
    'x-amz-acl',
    'x-amz-server-side-encryption',
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-storage-class',
  ]) {
    const value = request.header(name);
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  return context;
};

export function putObject(s3: S3Service): S3Operation {
  return async (request) => {
    const { call, key } = request;
    requireKey(key);
    const bucket = s3.open(call, 'PutObject', request.bucketName, key, writeContext(request));
    const head = readObjectHead(request, bucket.record);
    const check = writeCheck(request.header('if-match'), request.header('if-none-match'));
    // Refused now rather than after gigabytes; what counts is the check when it is put in place.
    check(bucket.object(key));
    const encryption = s3.resolveEncryption(call, head.encryption);
    const algorithm = request.payload.announcedAlgorithm;
    const written = await request.payload.store(s3.buckets.threads, bucket.dataFolder);
    const checksum: StoredChecksum | undefined =
      algorithm === undefined || written.checksum === undefined
        ? undefined
        : { algorithm, type: 'FULL_OBJECT', value: written.checksum };
    const { file, size, md5 } = written;
    try {
      await bucket.put(
        {
          ...head,
          encryption,
          key,
          size,
          etag: md5,
          lastModified: s3.now(),
          parts: [{ file, size, md5, partNumber: 1, checksum: checksum?.value }],
          multipart: false,
          checksum,
        },
        check,
      );
    } catch (error) {
      await bucket.removeFile(file);
      throw error;
    }
    return {
      status: 200,
      headers: {
        etag: quoted(md5),
        ...encryptionHeaders(encryption),
        ...(checksum && {
          [checksumHeader(checksum.algorithm)]: checksum.value,
          'x-amz-checksum-type': checksum.type,
        }),
      },
    };
  };
}
