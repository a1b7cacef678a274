import { ServiceFailure } from '../contract.js';
import { uriEncode } from '../http/uri.js';
import { xmlDocument } from '../http/xml.js';
import type { Bucket } from './bucket.js';
import { compareKeys } from './keyOrder.js';
import { type Listing, listKeys } from './listing.js';
import { quoted } from './objectHead.js';
import { type S3Operation, type S3Request, s3Namespace, xmlReply } from './request.js';
import type { S3Service } from './s3Service.js';

type ListOperation = 'listObjectsV2' | 'listObjects' | 'listMultipartUploads';

/** ListObjectsV2, ListObjects and ListMultipartUploads. */
export function listOperations(s3: S3Service): Record<ListOperation, S3Operation> {
  function open(request: S3Request, limit: number): Bucket {
    return s3.open(request.call, 'ListBucket', request.bucketName, undefined, {
      's3:prefix': request.query('prefix') ?? '',
      's3:delimiter': request.query('delimiter') ?? '',
      's3:max-keys': String(limit),
    });
  }

  const owner = { ID: s3.accountId, DisplayName: 'sandbox' };

  return {
    listObjectsV2: (request) => {
      const limit = request.number('max-keys', 1000, 0, 1000);
      const bucket = open(request, limit);
      const shape = readShape(request);
      const token = request.query('continuation-token');
      const startAfter = request.query('start-after') ?? '';
      const after = token === undefined ? startAfter : decodeToken(token);
      const listing = listKeys(bucket.keys, { ...shape, after, limit });
      const last = listing.entries.at(-1)?.name;
      const withOwner = request.query('fetch-owner') === 'true';
      const body = {
        Name: request.bucketName,
        Prefix: shape.encode(shape.prefix),
        Delimiter: shape.delimiter === '' ? undefined : shape.encode(shape.delimiter),
        MaxKeys: limit,
        EncodingType: shape.encodingType,
        KeyCount: listing.entries.length,
        IsTruncated: listing.truncated,
        ContinuationToken: token,
        NextContinuationToken:
          listing.truncated && last !== undefined ? encodeToken(last) : undefined,
        StartAfter: startAfter === '' ? undefined : shape.encode(startAfter),
        ...entries(bucket, listing, shape.encode, withOwner ? owner : undefined),
      };
      return xmlReply(xmlDocument('ListBucketResult', body, s3Namespace), {
        'x-amz-bucket-region': bucket.record.region,
      });
    },

    listObjects: (request) => {
      const limit = request.number('max-keys', 1000, 0, 1000);
      const bucket = open(request, limit);
      const shape = readShape(request);
      const after = request.query('marker') ?? '';
      const listing = listKeys(bucket.keys, { ...shape, after, limit });
      const last = listing.entries.at(-1)?.name ?? '';
      const body = {
        Name: request.bucketName,
        Prefix: shape.encode(shape.prefix),
        Marker: shape.encode(after),
        // Only with a delimiter: without one the last key serves.
        NextMarker: listing.truncated && shape.delimiter !== '' ? shape.encode(last) : undefined,
        Delimiter: shape.delimiter === '' ? undefined : shape.encode(shape.delimiter),
        MaxKeys: limit,
        EncodingType: shape.encodingType,
        IsTruncated: listing.truncated,
        ...entries(bucket, listing, shape.encode, owner),
      };
      return xmlReply(xmlDocument('ListBucketResult', body, s3Namespace), {
        'x-amz-bucket-region': bucket.record.region,
      });
    },

    listMultipartUploads: (request) => {
      const bucket = s3.open(request.call, 'ListBucketMultipartUploads', request.bucketName);
      const limit = request.number('max-uploads', 1000, 1, 1000);
      const { prefix, delimiter, encode, encodingType } = readShape(request);
      if (delimiter !== '') {
        throw new ServiceFailure(
          'NotImplemented',
          'The sandbox does not implement the delimiter of ListMultipartUploads.',
          501,
        );
      }
      const keyMarker = request.query('key-marker') ?? '';
      const idMarker = request.query('upload-id-marker') ?? '';
      const matching = bucket.uploads.filter((upload) => upload.key.startsWith(prefix));
      const markerAt = matching.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
      const rest =
        markerAt >= 0
          ? matching.slice(markerAt + 1)
          : matching.filter((upload) => keyMarker === '' || compareKeys(upload.key, keyMarker) > 0);
      const shown = rest.slice(0, limit);
      const truncated = shown.length < rest.length;
      const last = shown.at(-1);
      const body = {
        Bucket: request.bucketName,
        KeyMarker: encode(keyMarker),
        UploadIdMarker: idMarker,
        NextKeyMarker: truncated && last ? encode(last.key) : undefined,
        NextUploadIdMarker: truncated && last ? last.id : undefined,
        Prefix: encode(prefix),
        MaxUploads: limit,
        EncodingType: encodingType,
        IsTruncated: truncated,
        Upload: shown.map((upload) => ({
          Key: encode(upload.key),
          UploadId: upload.id,
          Initiator: { ID: upload.initiator, DisplayName: upload.initiator },
          Owner: owner,
          StorageClass: upload.storageClass,
          Initiated: upload.initiated,
          ChecksumAlgorithm: upload.checksumAlgorithm,
          ChecksumType: upload.checksumType,
        })),
      };
      return xmlReply(xmlDocument('ListMultipartUploadsResult', body, s3Namespace));
    },
  };
}

function readShape(request: S3Request) {
  const encodingType = request.query('encoding-type');
  if (encodingType !== undefined && encodingType !== 'url') {
    throw new ServiceFailure('InvalidArgument', 'Invalid Encoding Method specified in Request');
  }
  return {
    prefix: request.query('prefix') ?? '',
    delimiter: request.query('delimiter') ?? '',
    encodingType,
    encode:
      encodingType === undefined ? (text: string) => text : (text: string) => uriEncode(text, true),
  };
}

function entries(
  bucket: Bucket,
  listing: Listing,
  encode: (text: string) => string,
  owner: { readonly ID: string; readonly DisplayName: string } | undefined,
) {
  const contents = listing.entries.flatMap(({ kind, name }) => {
    const record = kind === 'key' ? bucket.object(name) : undefined;
    if (record === undefined) return [];
    return {
      Key: encode(record.key),
      LastModified: record.lastModified,
      ETag: quoted(record.etag),
      ...(record.checksum && {
        ChecksumAlgorithm: record.checksum.algorithm,
        ChecksumType: record.checksum.type,
      }),
      Size: record.size,
      Owner: owner,
      StorageClass: record.storageClass,
    };
  });
  const prefixes = listing.entries
    .filter((entry) => entry.kind === 'common-prefix')
    .map(({ name }) => ({ Prefix: encode(name) }));
  return { Contents: contents, CommonPrefixes: prefixes };
}

/** Tokens are opaque: a client that takes one for a key finds out here. */
const tokenMark = '1:';

const encodeToken = (last: string) => Buffer.from(tokenMark + last).toString('base64url');

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith(tokenMark) || encodeToken(text.slice(tokenMark.length)) !== token) {
    throw new ServiceFailure('InvalidArgument', 'The continuation token provided is incorrect');
  }
  return text.slice(tokenMark.length);
}
