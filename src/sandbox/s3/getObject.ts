import { ServiceFailure } from '../contract.js';
import { xmlDocument } from '../http/xml.js';
import type { Bucket } from './bucket.js';
import { checksumElement, checksumHeader } from './checksum.js';
import { checksumHeaders, httpDate, objectHeaders, quoted } from './objectHead.js';
import { evaluate } from './preconditions.js';
import { type ByteRange, parseRange } from './range.js';
import type { ObjectRecord } from './records.js';
import {
  type S3Operation,
  type S3Reply,
  type S3Request,
  s3Namespace,
  xmlReply,
} from './request.js';
import type { S3Service } from './s3Service.js';

/** GetObject, HeadObject and GetObjectAttributes. */
export function readOperations(
  s3: S3Service,
): Record<'getObject' | 'headObject' | 'getObjectAttributes', S3Operation> {
  function read(request: S3Request, withContent: boolean): S3Reply {
    refuseVersion(request);
    const bucket = s3.buckets.require(request.bucketName);
    const record = s3.openObject(request.call, 'GetObject', bucket, request.key);
    s3.requireDecryption(request.call, record.encryption);
    const conditions = {
      ifMatch: request.header('if-match'),
      ifNoneMatch: request.header('if-none-match'),
      ifModifiedSince: request.header('if-modified-since'),
      ifUnmodifiedSince: request.header('if-unmodified-since'),
    };
    if (evaluate(conditions, record) === 'not-modified') {
      const headers = { etag: quoted(record.etag), 'last-modified': httpDate(record.lastModified) };
      return { status: 304, headers };
    }
    const part = partAsked(request, record);
    const range = part?.range ?? parseRange(request.header('range'), record.size);
    const { start, end } = range ?? { start: 0, end: record.size };
    const headers = {
      ...objectHeaders(record),
      ...overrides(request),
      ...checksums(request, record, range, part?.index),
      'content-length': String(end - start),
      ...(range !== undefined && {
        'content-range': `bytes ${String(start)}-${String(end - 1)}/${String(record.size)}`,
      }),
      ...(part !== undefined &&
        record.multipart && { 'x-amz-mp-parts-count': String(record.parts.length) }),
    };
    const status = range === undefined || record.size === 0 ? 200 : 206;
    if (!withContent) return { status, headers };
    return { status, headers, content: content(bucket, record, start, end) };
  }

  return {
    getObject: (request) => read(request, true),
    headObject: (request) => read(request, false),
    getObjectAttributes: (request) => {
      const bucket = s3.buckets.require(request.bucketName);
      const record = s3.openObject(request.call, 'GetObjectAttributes', bucket, request.key);
      return attributes(request, record);
    },
  };
}

function content(bucket: Bucket, record: ObjectRecord, start: number, end: number) {
  return { bucket, record, start, end, release: bucket.hold(record) };
}

export function refuseVersion(request: S3Request): void {
  const version = request.query('versionId');
  if (version !== undefined && version !== 'null') {
    throw new ServiceFailure(
      'NotImplemented',
      'The sandbox does not implement object versions.',
      501,
    );
  }
}

/** `?partNumber=N`: the bytes of that part alone. */
function partAsked(
  request: S3Request,
  record: ObjectRecord,
): { range: ByteRange; index: number } | undefined {
  if (request.query('partNumber') === undefined) return undefined;
  if (request.header('range') !== undefined) {
    throw new ServiceFailure(
      'InvalidRequest',
      'Cannot specify both Range header and partNumber query parameter',
    );
  }
  const number = request.number('partNumber', 1, 1, 10_000);
  const index = record.multipart ? number - 1 : 0;
  const part = record.multipart || number === 1 ? record.parts[index] : undefined;
  if (part === undefined && !(record.size === 0 && number === 1)) {
    throw new ServiceFailure(
      'InvalidPartNumber',
      'The requested partnumber is not satisfiable',
      416,
    );
  }
  const start = record.parts.slice(0, index).reduce((sum, before) => sum + before.size, 0);
  return { range: { start, end: start + (part?.size ?? 0) }, index };
}

/** A checksum goes out when asked for, and only with the bytes that it covers. */
function checksums(
  request: S3Request,
  record: ObjectRecord,
  range: ByteRange | undefined,
  partIndex: number | undefined,
): Record<string, string> {
  if (request.header('x-amz-checksum-mode')?.toUpperCase() !== 'ENABLED') return {};
  const { checksum } = record;
  if (checksum === undefined) return {};
  if (partIndex !== undefined && record.multipart) {
    const value = record.parts[partIndex]?.checksum;
    if (value === undefined) return {};
    return { [checksumHeader(checksum.algorithm)]: value, 'x-amz-checksum-type': checksum.type };
  }
  const whole = range === undefined || (range.start === 0 && range.end === record.size);
  return whole ? checksumHeaders(record) : {};
}

/** `response-content-type` and its like let a signed URL decide what a browser sees. */
function overrides(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of [
    'cache-control',
    'content-disposition',
    'content-encoding',
    'content-language',
    'content-type',
    'expires',
  ]) {
    const value = request.query(`response-${name}`);
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

function attributes(request: S3Request, record: ObjectRecord): S3Reply {
  const wanted = new Set(
    (request.header('x-amz-object-attributes') ?? '').split(',').map((name) => name.trim()),
  );
  wanted.delete('');
  if (wanted.size === 0) {
    throw new ServiceFailure(
      'InvalidRequest',
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    );
  }
  const { checksum } = record;
  const body = {
    ETag: wanted.has('ETag') ? record.etag : undefined,
    Checksum:
      wanted.has('Checksum') && checksum !== undefined
        ? { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type }
        : undefined,
    ObjectParts: wanted.has('ObjectParts') && record.multipart ? parts(request, record) : undefined,
    StorageClass: wanted.has('StorageClass') ? record.storageClass : undefined,
    ObjectSize: wanted.has('ObjectSize') ? record.size : undefined,
  };
  return xmlReply(xmlDocument('GetObjectAttributesResponse', body, s3Namespace), {
    'last-modified': httpDate(record.lastModified),
  });
}

function parts(request: S3Request, record: ObjectRecord) {
  const { checksum } = record;
  const limit = Number(request.header('x-amz-max-parts') ?? '1000');
  const marker = Number(request.header('x-amz-part-number-marker') ?? '0');
  // S3 lists the parts themselves only for objects whose parts have checksums.
  const listed =
    checksum === undefined ? [] : record.parts.filter((part) => part.partNumber > marker);
  const shown = listed.slice(0, limit);
  return {
    PartsCount: record.parts.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: shown.at(-1)?.partNumber ?? 0,
    MaxParts: limit,
    IsTruncated: shown.length < listed.length,
    Part: shown.map((part) => ({
      PartNumber: part.partNumber,
      Size: part.size,
      ...(checksum !== undefined && { [checksumElement(checksum.algorithm)]: part.checksum }),
    })),
  };
}
