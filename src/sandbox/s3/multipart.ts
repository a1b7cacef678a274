import { ServiceFailure } from '../contract.js';
import { xmlDocument } from '../http/xml.js';
import {
  checksumAlgorithms,
  checksumElement,
  checksumHeader,
  type ChecksumType,
  defaultChecksumType,
  parseChecksumAlgorithm,
  supportsType,
} from './checksum.js';
import { completeMultipartUpload } from './completeMultipart.js';
import { encryptionHeaders, quoted, readObjectHead } from './objectHead.js';
import { requireKey, writeContext } from './putObject.js';
import { type S3Operation, type S3Request, s3Namespace, xmlReply } from './request.js';
import type { S3Service } from './s3Service.js';

const maxParts = 10_000;

type MultipartOperation =
  | 'createMultipartUpload'
  | 'uploadPart'
  | 'completeMultipartUpload'
  | 'abortMultipartUpload'
  | 'listParts';

/** Multipart uploads, from creation to completion. */
export function multipartOperations(s3: S3Service): Record<MultipartOperation, S3Operation> {
  return {
    createMultipartUpload: async (request) => {
      const { call, key } = request;
      requireKey(key);
      const bucket = s3.open(call, 'PutObject', request.bucketName, key, writeContext(request));
      const head = readObjectHead(request, bucket.record);
      const encryption = s3.resolveEncryption(call, head.encryption);
      const checksum = announcedChecksum(request);
      const upload = await bucket.createUpload({
        ...head,
        encryption,
        key,
        initiated: s3.now(),
        initiator: call.caller.arn,
        ...checksum,
      });
      const body = { Bucket: request.bucketName, Key: key, UploadId: upload.id };
      return xmlReply(xmlDocument('InitiateMultipartUploadResult', body, s3Namespace), {
        ...encryptionHeaders(encryption),
        ...(checksum.checksumAlgorithm !== undefined && {
          'x-amz-checksum-algorithm': checksum.checksumAlgorithm,
          'x-amz-checksum-type': checksum.checksumType,
        }),
      });
    },

    uploadPart: async (request) => {
      const { key } = request;
      const bucket = s3.open(request.call, 'PutObject', request.bucketName, key);
      const partNumber = requirePartNumber(request);
      const uploadId = request.query('uploadId') ?? '';
      const upload = bucket.upload(uploadId, key).record;
      const announced = request.payload.announcedAlgorithm;
      const algorithm = upload.checksumAlgorithm ?? announced;
      if (announced !== undefined && announced !== algorithm) {
        throw new ServiceFailure(
          'InvalidRequest',
          `Checksum Type mismatch occurred, expected checksum Type: ${algorithm?.toLowerCase() ?? 'null'}, ` +
            `actual checksum Type: ${announced.toLowerCase()}`,
        );
      }
      const written = await request.payload.store(s3.buckets.threads, bucket.dataFolder, algorithm);
      const { file, size, md5, checksum } = written;
      try {
        await bucket.putPart(uploadId, key, {
          file,
          size,
          md5,
          partNumber,
          // S3 keeps part checksums only for uploads that were created with an algorithm.
          checksum: upload.checksumAlgorithm === undefined ? undefined : checksum,
          lastModified: s3.now(),
        });
      } catch (error) {
        await bucket.removeFile(file);
        throw error;
      }
      return {
        status: 200,
        headers: {
          etag: quoted(md5),
          ...encryptionHeaders(upload.encryption),
          ...(announced !== undefined &&
            checksum !== undefined && { [checksumHeader(announced)]: checksum }),
        },
      };
    },

    completeMultipartUpload: completeMultipartUpload(s3),

    abortMultipartUpload: async (request) => {
      const { key } = request;
      const bucket = s3.open(request.call, 'AbortMultipartUpload', request.bucketName, key);
      await bucket.abortUpload(request.query('uploadId') ?? '', key);
      return { status: 204, headers: {} };
    },

    listParts: (request) => {
      const { key } = request;
      const bucket = s3.open(request.call, 'ListMultipartUploadParts', request.bucketName, key);
      const { record: upload, parts } = bucket.upload(request.query('uploadId') ?? '', key);
      const limit = request.number('max-parts', 1000, 0, 1000);
      const marker = request.number('part-number-marker', 0, 0, maxParts);
      const after = [...parts.values()]
        .filter((part) => part.partNumber > marker)
        .sort((a, b) => a.partNumber - b.partNumber);
      const shown = after.slice(0, limit);
      const { checksumAlgorithm } = upload;
      const body = {
        Bucket: request.bucketName,
        Key: key,
        UploadId: upload.id,
        PartNumberMarker: marker,
        NextPartNumberMarker: shown.at(-1)?.partNumber ?? 0,
        MaxParts: limit,
        IsTruncated: shown.length < after.length,
        Part: shown.map((part) => ({
          PartNumber: part.partNumber,
          LastModified: part.lastModified,
          ETag: quoted(part.md5),
          Size: part.size,
          ...(checksumAlgorithm && { [checksumElement(checksumAlgorithm)]: part.checksum }),
        })),
        Initiator: { ID: upload.initiator, DisplayName: upload.initiator },
        Owner: { ID: s3.accountId },
        StorageClass: upload.storageClass,
        ChecksumAlgorithm: checksumAlgorithm,
        ChecksumType: upload.checksumType,
      };
      return xmlReply(xmlDocument('ListPartsResult', body, s3Namespace));
    },
  };
}

export function requirePartNumber(request: S3Request): number {
  const text = request.query('partNumber') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > maxParts) {
    throw new ServiceFailure(
      'InvalidArgument',
      `Part number must be an integer between 1 and ${String(maxParts)}, inclusive`,
    );
  }
  return number;
}

function announcedChecksum(request: S3Request) {
  const name = request.header('x-amz-checksum-algorithm');
  if (name === undefined) return {};
  const algorithm = parseChecksumAlgorithm(name);
  if (algorithm === undefined) {
    throw new ServiceFailure(
      'InvalidRequest',
      `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${checksumAlgorithms.join(', ')}]`,
    );
  }
  const stated = request.header('x-amz-checksum-type')?.toUpperCase();
  const type: ChecksumType =
    stated === 'COMPOSITE' || stated === 'FULL_OBJECT' ? stated : defaultChecksumType(algorithm);
  if (!supportsType(algorithm, type)) {
    throw new ServiceFailure(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { checksumAlgorithm: algorithm, checksumType: type };
}
