import { createHash } from 'node:crypto';
import { ServiceFailure } from '../contract.js';
import { uriEncode } from '../http/uri.js';
import { xmlDocument } from '../http/xml.js';
import { children, childText, parseXml, type XmlElement } from '../http/xmlParser.js';
import {
  checksumAlgorithms,
  checksumElement,
  checksumHeader,
  multipartChecksum,
  type StoredChecksum,
} from './checksum.js';
import { encryptionHeaders, quoted } from './objectHead.js';
import { writeCheck } from './preconditions.js';
import type { ObjectRecord, PartRecord, UploadRecord } from './records.js';
import {
  type S3Operation,
  type S3Reply,
  type S3Request,
  s3Namespace,
  xmlReply,
} from './request.js';
import type { S3Service } from './s3Service.js';

const minPartSize = 5 * 2 ** 20;
const maxObject = 5 * 2 ** 40;
/** 10,000 parts with ETag and checksum take about 2.5 MB. */
const maxCompleteBody = 8 * 2 ** 20;

/** Makes an object of the parts a client names, if they are what it says they are. */
export function completeMultipartUpload(s3: S3Service): S3Operation {
  return async (request) => {
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
