/**
 * What the SQL Server side of the sandbox (TDS endpoint, procedures, RDS agent) needs of its AWS side.
 * Calls stay in the process, but every one is checked against the role's policies as AWS would.
 */

/** A failure as an AWS service words it. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';
  constructor(
    /** The service's own code, for example `AccessDenied`, `NoSuchKey`, `NotFoundException`. */
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export interface OptionState {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** An instance as the SQL side sees it. */
export interface SandboxInstance {
  readonly id: string;
  readonly arn: string;
  readonly region: string;
  readonly accountId: string;
  /** `sqlserver-ee`, `-se`, `-ex`, `-web`. */
  readonly engine: string;
  /** For example `15.00.4415.2.v1`. */
  readonly engineVersion: string;
  /** `available`, `creating`, `modifying`, `stopped`… */
  readonly status: string;
  readonly masterUsername: string;
  readonly masterPassword: string;
  readonly allocatedStorageGiB: number;
  readonly multiAz: boolean;
  readonly optionGroup: {
    readonly name: string;
    readonly arn: string;
    /** `in-sync`, `pending-apply`… as in OptionGroupMemberships. */
    readonly status: string;
    readonly options: readonly OptionState[];
  };
}

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** User metadata, names lower-case without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** AWS as one role may use it. Every method throws {@link ServiceFailure}. */
export interface RoleAccess {
  /** Region of the bucket (s3:GetBucketLocation). */
  bucketRegion(bucket: string): string;
  /** Objects under a prefix, in key order (s3:ListBucket). */
  listObjects(bucket: string, prefix: string): Promise<StoredObject[]>;
  /** s3:GetObject. */
  headObject(bucket: string, key: string): Promise<StoredObject>;
  /** Ciphertext bytes `offset` to `offset + length` (s3:GetObject). */
  readObject(object: StoredObject, offset: number, length: number): Promise<Buffer>;
  /**
   * Writes an object in place of what is there (s3:PutObject). When `content` fails, so does this,
   * and everything is as before.
   */
  writeObject(
    bucket: string,
    key: string,
    metadata: Readonly<Record<string, string>>,
    content: AsyncIterable<Buffer>,
  ): Promise<void>;
  /** kms:GenerateDataKey of 32 bytes, without encryption context. */
  generateDataKey(keyId: string): { readonly plaintext: Buffer; readonly blob: Buffer };
  /** kms:DescribeKey. */
  describeKey(keyId: string): { readonly arn: string; readonly enabled: boolean };
  /** kms:Decrypt with the role's rights; `keyId` must be the wrapping key. */
  decryptDataKey(blob: Buffer, context: Readonly<Record<string, string>>, keyId: string): Buffer;
}

export interface SandboxCloud {
  readonly accountId: string;
  instances(): readonly SandboxInstance[];
  instance(id: string): SandboxInstance | undefined;
  /** Calls `listener` whenever instances appear, change or go. Returns the unsubscriber. */
  onInstancesChanged(listener: () => void): () => void;
  /** Tells the AWS side where an instance listens, for DescribeDBInstances' Endpoint. */
  setEndpoint(instanceId: string, address: string, port: number): void;
  /**
   * sts:AssumeRole by `rds.amazonaws.com` for an instance: checks the role's trust policy with
   * `aws:SourceArn` (instance and option group) and `aws:SourceAccount`.
   */
  assumeServiceRole(roleArn: string, instance: SandboxInstance): RoleAccess;
}

/** Time as the sandbox lives it: `--time-scale N` makes it pass N times faster. */
export interface SandboxClock {
  now(): Date;
  /** Resolves after `seconds` of sandbox time; rejects with the signal's reason when aborted. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}
