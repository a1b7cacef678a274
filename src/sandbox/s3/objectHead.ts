import { ServiceFailure } from '../contract.js';
import { parseQuery } from '../http/uri.js';
import type { Tag } from '../iam/records.js';
import { checksumHeader } from './checksum.js';
import { metadataHeaders, readMetadata } from './metadata.js';
import type { BucketRecord, ObjectHead, ObjectRecord, ServerSideEncryption } from './records.js';
import type { S3Request } from './request.js';

const keptHeaders = [
  'cache-control',
  'content-disposition',
  'content-language',
  'content-type',
  'expires',
] as const;

const storageClasses = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'REDUCED_REDUNDANCY',
  'GLACIER_IR',
];

/** What PutObject, CreateMultipartUpload and CopyObject take from a request's headers. */
export function readObjectHead(request: S3Request, bucket: BucketRecord): ObjectHead {
  refuseUnsupported(request);
  return {
    headers: readSystemHeaders(request),
    metadata: readMetadata(request.headers),
    encryption: readEncryption(request) ?? bucket.encryption ?? { algorithm: 'AES256' },
    storageClass: readStorageClass(request),
    tags: readTags(request.header('x-amz-tagging')),
  };
}

function refuseUnsupported(request: S3Request): void {
  const refused = [
    'x-amz-server-side-encryption-customer-algorithm',
    'x-amz-object-lock-mode',
    'x-amz-object-lock-legal-hold',
    'x-amz-website-redirect-location',
    'x-amz-write-offset-bytes',
  ].find((name) => request.header(name) !== undefined);
  if (refused !== undefined) {
    throw new ServiceFailure(
      'NotImplemented',
      `The sandbox does not implement the header ${refused}.`,
      501,
    );
  }
  const acl = request.header('x-amz-acl');
  const grants = Object.keys(request.headers).some((name) => name.startsWith('x-amz-grant-'));
  if (grants || (acl !== undefined && !['private', 'bucket-owner-full-control'].includes(acl))) {
    throw new ServiceFailure('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
}

export function readSystemHeaders(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = request.header(name);
    if (value !== undefined && value !== '') headers[name] = value;
  }
  headers['content-type'] ??= 'binary/octet-stream';
  // aws-chunked describes the transfer, not the object.
  const codings = (request.header('content-encoding') ?? '')
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'aws-chunked');
  if (codings.length > 0) headers['content-encoding'] = codings.join(',');
  return headers;
}

export function readEncryption(request: S3Request): ServerSideEncryption | undefined {
  const algorithm = request.header('x-amz-server-side-encryption');
  const keyArn = request.header('x-amz-server-side-encryption-aws-kms-key-id');
  if (algorithm === undefined) return undefined;
  if (algorithm === 'AES256') {
    if (keyArn !== undefined) {
      throw new ServiceFailure(
        'InvalidArgument',
        'Server Side Encryption with AWS KMS managed key requires HTTP header ' +
          'x-amz-server-side-encryption : aws:kms',
      );
    }
    return { algorithm };
  }
  if (algorithm === 'aws:kms' || algorithm === 'aws:kms:dsse') {
    const bucketKey = request.header('x-amz-server-side-encryption-bucket-key-enabled') === 'true';
    return { algorithm, keyArn, bucketKey };
  }
  throw new ServiceFailure('InvalidArgument', 'The encryption method specified is not supported');
}

export function readStorageClass(request: S3Request): string {
  const storageClass = request.header('x-amz-storage-class') ?? 'STANDARD';
  if (storageClasses.includes(storageClass)) return storageClass;
  throw new ServiceFailure(
    'InvalidStorageClass',
    `The storage class you specified is not valid in the sandbox: ${storageClass}`,
  );
}

export function readTags(header: string | undefined): Tag[] {
  if (header === undefined) return [];
  const tags = parseQuery(header)?.map(({ name, value }) => ({ key: name, value }));
  if (tags === undefined) {
    throw new ServiceFailure('InvalidArgument', 'The header x-amz-tagging must be URL encoded');
  }
  return requireTags(tags, 10);
}

export function requireTags(tags: Tag[], limit: number): Tag[] {
  const names = new Set(tags.map((tag) => tag.key));
  if (names.size !== tags.length) {
    throw new ServiceFailure('InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  if (tags.length > limit) {
    throw new ServiceFailure('BadRequest', `Object tags cannot be greater than ${String(limit)}`);
  }
  if (tags.some(({ key, value }) => key === '' || key.length > 128 || value.length > 256)) {
    throw new ServiceFailure('InvalidTag', 'The TagKey or TagValue you have provided is invalid');
  }
  return tags;
}

export function encryptionHeaders(encryption: ServerSideEncryption): Record<string, string> {
  return {
    'x-amz-server-side-encryption': encryption.algorithm,
    ...(encryption.keyArn !== undefined && {
      'x-amz-server-side-encryption-aws-kms-key-id': encryption.keyArn,
    }),
    ...(encryption.bucketKey === true && {
      'x-amz-server-side-encryption-bucket-key-enabled': 'true',
    }),
  };
}

export const quoted = (etag: string) => `"${etag}"`;

export const httpDate = (iso: string) => new Date(iso).toUTCString();

/** Headers with which an object comes back, without length, range and checksum. */
export function objectHeaders(record: ObjectRecord): Record<string, string> {
  return {
    ...record.headers,
    ...metadataHeaders(record.metadata),
    ...encryptionHeaders(record.encryption),
    ...(record.storageClass !== 'STANDARD' && { 'x-amz-storage-class': record.storageClass }),
    ...(record.tags.length > 0 && { 'x-amz-tagging-count': String(record.tags.length) }),
    etag: quoted(record.etag),
    'last-modified': httpDate(record.lastModified),
    'accept-ranges': 'bytes',
  };
}

export function checksumHeaders(record: Pick<ObjectRecord, 'checksum'>): Record<string, string> {
  const { checksum } = record;
  if (checksum === undefined) return {};
  return {
    [checksumHeader(checksum.algorithm)]: checksum.value,
    'x-amz-checksum-type': checksum.type,
  };
}
