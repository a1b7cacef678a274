import { createReadStream } from 'node:fs';
import { copyFile, link } from 'node:fs/promises';
import path from 'node:path';
import { createHash, randomUUID } from 'node:crypto';
import { ServiceFailure } from '../contract.js';
import { uriDecode } from '../http/uri.js';
import { xmlDocument } from '../http/xml.js';
import type { Bucket } from './bucket.js';
import {
  type ChecksumAlgorithm,
  checksumElement,
  createChecksum,
  parseChecksumAlgorithm,
  type StoredChecksum,
} from './checksum.js';
import { slices } from './content.js';
import { requirePartNumber } from './multipart.js';
import {
  encryptionHeaders,
  quoted,
  readEncryption,
  readObjectHead,
  readStorageClass,
} from './objectHead.js';
import { requireSource, writeCheck } from './preconditions.js';
import { requireKey, writeContext } from './putObject.js';
import type { ContentPart, ObjectHead, ObjectRecord } from './records.js';
import { type S3Operation, type S3Request, s3Namespace, xmlReply } from './request.js';
import type { S3Service } from './s3Service.js';

const maxCopy = 5 * 2 ** 30;

/** CopyObject and UploadPartCopy. */
export function copyOperations(
  s3: S3Service,
): Record<'copyObject' | 'uploadPartCopy', S3Operation> {
  function openSource(request: S3Request): { bucket: Bucket; record: ObjectRecord } {
    const { bucketName, key } = parseSource(request.header('x-amz-copy-source') ?? '');
    const bucket = s3.buckets.require(bucketName);
    const record = s3.openObject(request.call, 'GetObject', bucket, key);
    s3.requireDecryption(request.call, record.encryption);
    requireSource(
      {
        ifMatch: request.header('x-amz-copy-source-if-match'),
        ifNoneMatch: request.header('x-amz-copy-source-if-none-match'),
        ifModifiedSince: request.header('x-amz-copy-source-if-modified-since'),
        ifUnmodifiedSince: request.header('x-amz-copy-source-if-unmodified-since'),
      },
      record,
    );
    return { bucket, record };
  }

  return {
    copyObject: async (request) => {
      const { call, key } = request;
      requireKey(key);
      const target = s3.open(call, 'PutObject', request.bucketName, key, writeContext(request));
      const check = writeCheck(request.header('if-match'), request.header('if-none-match'));
      const source = openSource(request);
      if (source.record.size > maxCopy) {
        throw new ServiceFailure(
          'InvalidRequest',
          'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
        );
      }
      const head = copiedHead(request, source, target);
      const encryption = s3.resolveEncryption(call, head.encryption);
      const release = source.bucket.hold(source.record);
      try {
        const wanted = request.header('x-amz-checksum-algorithm');
        const algorithm =
          wanted === undefined ? source.record.checksum?.algorithm : parseChecksumAlgorithm(wanted);
        const digests = await digestContent(source.bucket, source.record, algorithm);
        const parts = await cloneContent(source.bucket, source.record, target);
        const checksum: StoredChecksum | undefined =
          algorithm === undefined
            ? undefined
            : { algorithm, type: 'FULL_OBJECT', value: digests.checksum };
        const record: ObjectRecord = {
          ...head,
          encryption,
          key,
          size: source.record.size,
          etag: digests.md5,
          lastModified: s3.now(),
          parts,
          multipart: false,
          checksum,
        };
        try {
          await target.put(record, check);
        } catch (error) {
          for (const part of parts) await target.removeFile(part.file);
          throw error;
        }
        const body = {
          LastModified: record.lastModified,
          ETag: quoted(record.etag),
          ...(checksum && {
            [checksumElement(checksum.algorithm)]: checksum.value,
            ChecksumType: checksum.type,
          }),
        };
        return xmlReply(
          xmlDocument('CopyObjectResult', body, s3Namespace),
          encryptionHeaders(encryption),
        );
      } finally {
        await release();
      }
    },

    uploadPartCopy: async (request) => {
      const { key } = request;
      const target = s3.open(request.call, 'PutObject', request.bucketName, key);
      const partNumber = requirePartNumber(request);
      const uploadId = request.query('uploadId') ?? '';
      const upload = target.upload(uploadId, key).record;
      const { bucket, record } = openSource(request);
      const { start, end } = copyRange(request.header('x-amz-copy-source-range'), record.size);
      const algorithm = upload.checksumAlgorithm;
      const writer = s3.buckets.threads.create(target.dataFolder, {
        sha256: false,
        checksum: algorithm,
      });
      const release = bucket.hold(record);
      try {
        for await (const piece of contentBytes(bucket, record, start, end))
          await writer.write(piece);
        const { file, size, md5, checksum } = await writer.finish();
        const lastModified = s3.now();
        await target.putPart(uploadId, key, {
          file,
          size,
          md5,
          partNumber,
          checksum,
          lastModified,
        });
        const body = {
          LastModified: lastModified,
          ETag: quoted(md5),
          ...(algorithm && { [checksumElement(algorithm)]: checksum }),
        };
        return xmlReply(
          xmlDocument('CopyPartResult', body, s3Namespace),
          encryptionHeaders(upload.encryption),
        );
      } catch (error) {
        await writer.discard();
        throw error;
      } finally {
        await release();
      }
    },
  };

  /** Metadata of the copy: the source's, or what the request brings. */
  function copiedHead(
    request: S3Request,
    source: { bucket: Bucket; record: ObjectRecord },
    target: Bucket,
  ): ObjectHead {
    const directive = request.header('x-amz-metadata-directive') ?? 'COPY';
    if (directive !== 'COPY' && directive !== 'REPLACE') {
      throw new ServiceFailure('InvalidArgument', 'Unknown metadata directive.');
    }
    const stated = readEncryption(request);
    const storageClass = request.header('x-amz-storage-class');
    const same = source.bucket === target && source.record.key === request.key;
    if (same && directive === 'COPY' && stated === undefined && storageClass === undefined) {
      throw new ServiceFailure(
        'InvalidRequest',
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      );
    }
    const fresh = readObjectHead(request, target.record);
    const from = directive === 'COPY' ? source.record : fresh;
    const tagged = request.header('x-amz-tagging-directive') === 'REPLACE';
    return {
      headers: from.headers,
      metadata: from.metadata,
      tags: tagged ? fresh.tags : source.record.tags,
      encryption: fresh.encryption,
      storageClass: readStorageClass(request),
    };
  }
}

function parseSource(header: string): { bucketName: string; key: string } {
  const [encoded = '', version] = header.split('?versionId=');
  const source = uriDecode(encoded)?.replace(/^\//, '');
  const at = source?.indexOf('/') ?? -1;
  if (source === undefined || at < 1 || at === source.length - 1) {
    throw new ServiceFailure(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  if (version !== undefined && version !== 'null') {
    throw new ServiceFailure(
      'NotImplemented',
      'The sandbox does not implement object versions.',
      501,
    );
  }
  return { bucketName: source.slice(0, at), key: source.slice(at + 1) };
}

function copyRange(header: string | undefined, size: number): { start: number; end: number } {
  if (header === undefined) return { start: 0, end: size };
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header) ?? [];
  const start = Number(first);
  const end = Number(last) + 1;
  if (first === undefined || start >= end || end > size) {
    throw new ServiceFailure(
      'InvalidArgument',
      `Range specified is not valid for source object of size: ${String(size)}`,
    );
  }
  return { start, end };
}

async function* contentBytes(bucket: Bucket, record: ObjectRecord, start: number, end: number) {
  for (const slice of slices(record.parts, start, end)) {
    const stream = createReadStream(path.join(bucket.dataFolder, slice.file), {
      start: slice.offset,
      end: slice.offset + slice.length - 1,
      highWaterMark: 1 << 20,
    });
    for await (const piece of stream) yield piece as Buffer;
  }
}

/** A copy is one object, whatever its source was made of: MD5 and checksum are of the whole. */
async function digestContent(
  bucket: Bucket,
  record: ObjectRecord,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<{ md5: string; checksum: string }> {
  const checksum = algorithm === undefined ? undefined : createChecksum(algorithm);
  const md5 = createHash('md5');
  for await (const piece of contentBytes(bucket, record, 0, record.size)) {
    md5.update(piece);
    checksum?.update(piece);
  }
  return { md5: md5.digest('hex'), checksum: checksum?.digest() ?? '' };
}

/** Content files never change, so a copy may share their bytes through hard links. */
async function cloneContent(
  from: Bucket,
  record: ObjectRecord,
  to: Bucket,
): Promise<ContentPart[]> {
  const parts: ContentPart[] = [];
  for (const part of record.parts) {
    const file = randomUUID();
    const source = path.join(from.dataFolder, part.file);
    const target = path.join(to.dataFolder, file);
    // Not every file system has hard links.
    await link(source, target).catch(() => copyFile(source, target));
    parts.push({ ...part, file });
  }
  return parts;
}
