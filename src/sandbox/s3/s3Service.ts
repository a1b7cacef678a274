import { ServiceFailure } from '../contract.js';
import { DetailedFailure } from '../http/protocol.js';
import type { Access, ServiceCall } from '../iam/access.js';
import type { RequestContext } from '../iam/conditions.js';
import { parsePolicy } from '../iam/policyDocument.js';
import type { KeyService } from '../kms/keyService.js';
import type { Bucket } from './bucket.js';
import type { BucketStore } from './bucketStore.js';
import type { ObjectRecord, ServerSideEncryption } from './records.js';

export type S3Call = Pick<ServiceCall, 'caller' | 'region' | 'sourceIp'>;

/** What all S3 operations share: finding a bucket and deciding who may do what with it. */
export class S3Service {
  constructor(
    readonly buckets: BucketStore,
    readonly accountId: string,
    private readonly access: Access,
    private readonly keys: KeyService,
  ) {}

  now(): string {
    return this.buckets.clock.now().toISOString();
  }

  /** @throws ServiceFailure `AccessDenied` */
  authorize(
    call: S3Call,
    action: string,
    bucketName: string,
    key?: string,
    context?: RequestContext,
  ): void {
    if (!this.allows(call, action, bucketName, key, context)) {
      throw new ServiceFailure('AccessDenied', 'Access Denied', 403);
    }
  }

  allows(
    call: S3Call,
    action: string,
    bucketName: string,
    key?: string,
    context?: RequestContext,
  ): boolean {
    const policy = this.buckets.bucket(bucketName)?.record.policy;
    return this.access.decide(call, {
      action: `s3:${action}`,
      resource: bucketName === '*' ? '*' : bucketArn(bucketName, key),
      context,
      resourcePolicy: policy === undefined ? undefined : parsePolicy(policy, 'resource'),
    }).allowed;
  }

  /** The bucket, when the caller may do `action` with it (or with `key` in it). */
  open(
    call: S3Call,
    action: string,
    bucketName: string,
    key?: string,
    context?: RequestContext,
  ): Bucket {
    const bucket = this.buckets.require(bucketName);
    this.authorize(call, action, bucketName, key, context);
    return bucket;
  }

  /**
   * The object, when the caller may read it. Who may not list the bucket is not told that a key is
   * missing.
   */
  openObject(call: S3Call, action: string, bucket: Bucket, key: string): ObjectRecord {
    this.authorize(call, action, bucket.record.name, key);
    const record = bucket.object(key);
    if (record === undefined) {
      this.authorize(call, 'ListBucket', bucket.record.name);
      throw new DetailedFailure('NoSuchKey', 'The specified key does not exist.', 404, {
        Key: key,
      });
    }
    return record;
  }

  /** Reading an object that is encrypted with a KMS key takes the right to that key. */
  requireDecryption(call: S3Call, encryption: ServerSideEncryption): void {
    if (encryption.keyArn === undefined) return;
    this.#withKey(call, 'kms:Decrypt', encryption.keyArn);
  }

  /** Fills in the key's ARN, and requires the right to encrypt with it. */
  resolveEncryption(call: S3Call, wanted: ServerSideEncryption): ServerSideEncryption {
    if (wanted.algorithm === 'AES256') return { algorithm: 'AES256' };
    const keyId = wanted.keyArn ?? 'alias/aws/s3';
    return { ...wanted, keyArn: this.#withKey(call, 'kms:GenerateDataKey', keyId) };
  }

  #withKey(call: S3Call, action: string, keyId: string): string {
    try {
      const key = this.keys.authorize(call, action, keyId);
      if (key.state !== 'Enabled') {
        const code =
          key.state === 'Disabled' ? 'KMS.DisabledException' : 'KMS.KMSInvalidStateException';
        const state = key.state === 'Disabled' ? 'is disabled' : 'is pending deletion';
        throw new ServiceFailure(code, `${key.arn} ${state}.`);
      }
      return key.arn;
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      if (error.code === 'NotFoundException') {
        throw new ServiceFailure('KMS.NotFoundException', error.message);
      }
      if (error.code === 'AccessDeniedException') {
        throw new ServiceFailure('AccessDenied', error.message, 403);
      }
      throw error;
    }
  }
}

export const bucketArn = (bucket: string, key?: string) =>
  `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
