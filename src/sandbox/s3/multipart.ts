import { createHash } from 'node:crypto';
import { ServiceFailure } from '../contract.js';
import { uriEncode } from '../http/uri.js';
import { xmlDocument } from '../http/xml.js';
import { children, childText, parseXml, type XmlElement } from '../http/xmlParser.js';
import {
  checksumElement,
  checksumAlgorithms,
  checksumHeader,
  type ChecksumType,
  defaultChecksumType,
  multipartChecksum,
  parseChecksumAlgorithm,
  type StoredChecksum,
  supportsType,
} from './checksum.js';
import { encryptionHeaders, quoted, readObjectHead } from './objectHead.js';
import { writeCheck } from './preconditions.js';
import { requireKey, writeContext } from './putObject.js';
import { type ObjectRecord, type PartRecord, type UploadRecord } from './records.js';
import {
  type S3Operation,
  type S3Reply,
  type S3Request,
  s3Namespace,
  xmlReply,
} from './request.js';
import { type S3Service } from './s3Service.js';

const minPartSize = 5 * 2 ** 20;
const maxParts = 10_000;
const maxObject = 5 * 2 ** 40;
/** 10,000 parts with ETag and checksum take about 2.5 MB. */
const maxCompleteBody = 8 * 2 ** 20;

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

    completeMultipartUpload: async (request) => {
      const { key } = request;
      const bucket = s3.open(request.call, 'PutObject', request.bucketName, key);
      const uploadId = request.query('uploadId') ?? '';
      const done = bucket.object(key);
      // A client whose answer was lost asks again, and is told what it was.
      if (done !== undefined && done.uploadId === uploadId) {
        await request.payload.read(maxCompleteBody);
        return completed(request, done);
      }
      const { record: upload, parts: uploaded } = bucket.upload(uploadId, key);
      const text = (await request.payload.read(maxCompleteBody)).toString('utf8');
      const wanted = readPartList(parseXml(text, 'CompleteMultipartUpload'));
      const parts = wanted.map((part) => requirePart(part, uploaded, upload));
      requireSizes(parts);
      const checksum = completeChecksum(request, upload, parts);
      const size = parts.reduce((sum, part) => sum + part.size, 0);
      const stated = request.header('x-amz-mp-object-size');
      if (stated !== undefined && stated !== String(size)) {
        throw new ServiceFailure(
          'InvalidRequest',
          'The provided x-amz-mp-object-size header does not match the size of the object.',
        );
      }
      const digests = Buffer.concat(parts.map((part) => Buffer.from(part.md5, 'hex')));
      const etag = `${createHash('md5').update(digests).digest('hex')}-${String(parts.length)}`;
      const { headers, metadata, encryption, storageClass, tags } = upload;
      const record: ObjectRecord = {
        headers,
        metadata,
        encryption,
        storageClass,
        tags,
        key,
        size,
        etag,
        lastModified: s3.now(),
        // S3 numbers the parts of an object from 1, whatever numbers they were uploaded with.
        parts: parts.map(({ file, size: partSize, md5, checksum: partChecksum }, index) => ({
          file,
          size: partSize,
          md5,
          partNumber: index + 1,
          checksum: partChecksum,
        })),
        multipart: true,
        checksum,
        uploadId,
      };
      const check = writeCheck(request.header('if-match'), request.header('if-none-match'));
      await bucket.completeUpload(uploadId, record, check);
      return completed(request, record);
    },

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

function completed(request: S3Request, record: ObjectRecord): S3Reply {
  const { checksum, key } = record;
  const body = {
    Location: `${request.call.baseUrl}/${request.bucketName}/${uriEncode(key, true)}`,
    Bucket: request.bucketName,
    Key: key,
    ETag: quoted(record.etag),
    ...(checksum && {
      [checksumElement(checksum.algorithm)]: checksum.value,
      ChecksumType: checksum.type,
    }),
  };
  return xmlReply(
    xmlDocument('CompleteMultipartUploadResult', body, s3Namespace),
    encryptionHeaders(record.encryption),
  );
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

interface WantedPart {
  readonly number: number;
  readonly etag: string;
  /** Element name and value of the checksum, when one is given. */
  readonly checksum: { readonly element: string; readonly value: string } | undefined;
}

function readPartList(root: XmlElement): WantedPart[] {
  const parts = children(root, 'Part').map((part): WantedPart => {
    const element = checksumAlgorithms
      .map(checksumElement)
      .find((name) => children(part, name).length > 0);
    return {
      number: Number(childText(part, 'PartNumber') ?? NaN),
      etag: (childText(part, 'ETag') ?? '').trim().replace(/^"|"$/g, ''),
      checksum:
        element === undefined ? undefined : { element, value: childText(part, element) ?? '' },
    };
  });
  if (parts.length === 0 || parts.some((part) => !Number.isInteger(part.number))) {
    throw new ServiceFailure(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  if (parts.some((part, index) => part.number <= (parts[index - 1]?.number ?? 0))) {
    throw new ServiceFailure(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  return parts;
}

function requirePart(
  wanted: WantedPart,
  uploaded: ReadonlyMap<number, PartRecord>,
  upload: UploadRecord,
): PartRecord {
  const part = uploaded.get(wanted.number);
  const algorithm = upload.checksumAlgorithm;
  const wrongChecksum =
    wanted.checksum !== undefined &&
    algorithm !== undefined &&
    (wanted.checksum.element !== checksumElement(algorithm) ||
      wanted.checksum.value !== part?.checksum);
  if (part?.md5 !== wanted.etag || wrongChecksum) {
    throw new ServiceFailure(
      'InvalidPart',
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    );
  }
  return part;
}

function requireSizes(parts: readonly PartRecord[]): void {
  const small = parts.slice(0, -1).find((part) => part.size < minPartSize);
  if (small !== undefined) {
    throw new ServiceFailure(
      'EntityTooSmall',
      `Your proposed upload is smaller than the minimum allowed size (part ${String(small.partNumber)} ` +
        `has ${String(small.size)} bytes; all but the last need ${String(minPartSize)})`,
    );
  }
  if (parts.reduce((sum, part) => sum + part.size, 0) > maxObject) {
    throw new ServiceFailure(
      'EntityTooLarge',
      'Your proposed upload exceeds the maximum allowed object size.',
    );
  }
}

function completeChecksum(
  request: S3Request,
  upload: UploadRecord,
  parts: readonly PartRecord[],
): StoredChecksum | undefined {
  const { checksumAlgorithm: algorithm, checksumType: type } = upload;
  if (algorithm === undefined || type === undefined) return undefined;
  const statedType = request.header('x-amz-checksum-type');
  if (statedType !== undefined && statedType !== type) {
    throw new ServiceFailure(
      'InvalidRequest',
      `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const checksum = multipartChecksum(
    algorithm,
    type,
    parts.map((part) => ({ checksum: part.checksum ?? '', size: part.size })),
  );
  const stated = request.header(checksumHeader(algorithm));
  if (stated !== undefined && stated !== checksum.value) {
    throw new ServiceFailure(
      'BadDigest',
      `The ${algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
    );
  }
  return checksum;
}
