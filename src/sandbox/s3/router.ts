import { ServiceFailure } from '../contract.js';
import { DetailedFailure } from '../http/protocol.js';
import { bucketOperations } from './bucketOperations.js';
import { copyOperations } from './copyOperations.js';
import { deleteOperations } from './deleteOperations.js';
import { readOperations } from './getObject.js';
import { listOperations } from './listOperations.js';
import { multipartOperations } from './multipart.js';
import { putObject } from './putObject.js';
import type { S3Operation, S3Reply, S3Request } from './request.js';
import type { S3Service } from './s3Service.js';

/** Query parameters that turn a request into another operation. */
const subresources = [
  'accelerate', 'acl', 'analytics', 'attributes', 'cors', 'delete', 'encryption',
  'intelligent-tiering', 'inventory', 'legal-hold', 'lifecycle', 'location', 'logging',
  'metadataTable', 'metrics', 'notification', 'object-lock', 'ownershipControls', 'policy',
  'policyStatus', 'publicAccessBlock', 'replication', 'requestPayment', 'restore', 'retention',
  'select', 'session', 'tagging', 'torrent', 'uploadId', 'uploads', 'versioning', 'versions',
  'website',
]; // prettier-ignore

/** S3's operations by method, target and subresource. */
export type S3Operations = Readonly<Record<string, S3Operation | undefined>>;

export function s3Operations(s3: S3Service): S3Operations {
  const read = readOperations(s3);
  const list = listOperations(s3);
  const buckets = bucketOperations(s3);
  const multipart = multipartOperations(s3);
  const copy = copyOperations(s3);
  const remove = deleteOperations(s3);

  return {
    'GET service': buckets['listBuckets'],

    'PUT bucket': buckets['createBucket'],
    'DELETE bucket': buckets['deleteBucket'],
    'HEAD bucket': buckets['headBucket'],
    'GET bucket': (request) =>
      request.query('list-type') === '2' ? list.listObjectsV2(request) : list.listObjects(request),
    'GET bucket uploads': list.listMultipartUploads,
    'POST bucket delete': remove.deleteObjects,
    'GET bucket location': buckets['getBucketLocation'],
    'GET bucket encryption': buckets['getBucketEncryption'],
    'PUT bucket encryption': buckets['putBucketEncryption'],
    'DELETE bucket encryption': buckets['deleteBucketEncryption'],
    'GET bucket policy': buckets['getBucketPolicy'],
    'PUT bucket policy': buckets['putBucketPolicy'],
    'DELETE bucket policy': buckets['deleteBucketPolicy'],
    'GET bucket tagging': buckets['getBucketTagging'],
    'PUT bucket tagging': buckets['putBucketTagging'],
    'DELETE bucket tagging': buckets['deleteBucketTagging'],
    'GET bucket versioning': buckets['getBucketVersioning'],
    'GET bucket acl': buckets['getBucketAcl'],
    'GET bucket ownershipControls': buckets['getBucketOwnershipControls'],
    'GET bucket publicAccessBlock': buckets['getPublicAccessBlock'],
    'GET bucket lifecycle': buckets['getBucketLifecycle'],

    'GET object': read.getObject,
    'HEAD object': read.headObject,
    'GET object attributes': read.getObjectAttributes,
    'GET object tagging': buckets['getObjectTagging'],
    'PUT object': putObject(s3),
    'PUT object copy': copy.copyObject,
    'DELETE object': remove.deleteObject,
    'POST object uploads': multipart.createMultipartUpload,
    'PUT object uploadId': multipart.uploadPart,
    'PUT object uploadId copy': copy.uploadPartCopy,
    'POST object uploadId': multipart.completeMultipartUpload,
    'DELETE object uploadId': multipart.abortMultipartUpload,
    'GET object uploadId': multipart.listParts,
  };
}

/** Carries out S3 requests: method and query decide what is asked for. */
export function s3Router(
  s3: S3Service,
  table: S3Operations,
): (request: S3Request) => Promise<S3Reply> {
  return async (request) => {
    const name = operationName(request);
    const operation = Object.hasOwn(table, name) ? table[name] : undefined;
    if (request.bucketName !== '' && name !== 'PUT bucket') {
      requireRegion(s3, request, name);
      requireOwner(s3, request);
    }
    if (operation === undefined) {
      throw new ServiceFailure(
        'NotImplemented',
        `The sandbox does not implement S3's "${name}".`,
        501,
      );
    }
    return operation(request);
  };
}

function operationName(request: S3Request): string {
  const target = request.bucketName === '' ? 'service' : request.key === '' ? 'bucket' : 'object';
  const subresource = subresources.find((name) => request.query(name) !== undefined);
  const copies = request.method === 'PUT' && request.header('x-amz-copy-source') !== undefined;
  return [request.method, target, subresource, copies ? 'copy' : undefined]
    .filter((word) => word !== undefined)
    .join(' ');
}

/**
 * A bucket is reached through its own region's endpoint. The sandbox has one endpoint for all, so
 * the region of the signature says which one the client believes to be talking to.
 */
function requireRegion(s3: S3Service, request: S3Request, operation: string): void {
  const bucket = s3.buckets.bucket(request.bucketName);
  const { region } = request.call;
  if (bucket === undefined || bucket.record.region === region) return;
  if (operation === 'GET bucket location' && region === 'us-east-1') return;
  const expected = bucket.record.region;
  const headers = { 'x-amz-bucket-region': expected };
  if (request.virtualHost) {
    // Such a name resolves to the bucket's region by itself; there only the signature is wrong.
    throw new DetailedFailure(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected}'`,
      400,
      { Region: expected },
      headers,
    );
  }
  throw new DetailedFailure(
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
      'Please send all future requests to this endpoint.',
    301,
    { Bucket: request.bucketName, Endpoint: request.call.baseUrl.replace(/^https?:\/\//, '') },
    headers,
  );
}

function requireOwner(s3: S3Service, request: S3Request): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const owner = request.header(name);
    if (owner !== undefined && owner !== s3.accountId) {
      throw new ServiceFailure('AccessDenied', 'Access Denied', 403);
    }
  }
}
