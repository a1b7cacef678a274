import { createCipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  type RoleAccess,
  type SandboxCloud,
  type SandboxInstance,
  ServiceFailure,
  type StoredObject,
} from '../../../src/sandbox/contract.js';

const accountId = '123456789012';
export const region = 'eu-west-1';
export const roleArn = `arn:aws:iam::${accountId}:role/rds-backup-restore`;

interface MemoryKey {
  readonly arn: string;
  enabled: boolean;
}

interface MemoryObject extends StoredObject {
  readonly bytes: Buffer;
}

const failure = (code: string, message = code) => new ServiceFailure(code, message);

const etagOf = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

/** AWS in memory, as far as the SQL side asks for it: buckets, keys, one role, instances. */
export class MemoryCloud implements SandboxCloud {
  readonly accountId = accountId;
  readonly endpoints = new Map<string, number>();
  readonly #instances = new Map<string, SandboxInstance>();
  readonly #buckets = new Map<string, { region: string; objects: Map<string, MemoryObject> }>();
  readonly #keys = new Map<string, MemoryKey>();
  readonly #listeners = new Set<() => void>();
  /** Actions that the role is not allowed. */
  readonly denied = new Set<string>();
  trustsRds = true;

  constructor() {
    this.addBucket('backups', region);
    this.addBucket('elsewhere', 'us-east-2');
  }

  instances(): readonly SandboxInstance[] {
    return [...this.#instances.values()];
  }

  instance(id: string): SandboxInstance | undefined {
    return this.#instances.get(id);
  }

  onInstancesChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setEndpoint(id: string, _address: string, port: number): void {
    this.endpoints.set(id, port);
  }

  putInstance(id: string, changes: Partial<SandboxInstance> = {}): SandboxInstance {
    const instance: SandboxInstance = {
      id,
      arn: `arn:aws:rds:${region}:${accountId}:db:${id}`,
      region,
      accountId,
      engine: 'sqlserver-se',
      engineVersion: '15.00.4415.2.v1',
      status: 'available',
      masterUsername: 'admin',
      masterPassword: 'Pass-wörd-1',
      allocatedStorageGiB: 20,
      multiAz: false,
      optionGroup: {
        name: 'backup',
        arn: `arn:aws:rds:${region}:${accountId}:og:backup`,
        status: 'in-sync',
        options: [{ name: 'SQLSERVER_BACKUP_RESTORE', settings: { IAM_ROLE_ARN: roleArn } }],
      },
      ...this.#instances.get(id),
      ...changes,
    };
    this.#instances.set(id, instance);
    for (const listener of this.#listeners) listener();
    return instance;
  }

  removeInstance(id: string): void {
    this.#instances.delete(id);
    for (const listener of this.#listeners) listener();
  }

  addBucket(name: string, bucketRegion: string): void {
    this.#buckets.set(name, { region: bucketRegion, objects: new Map() });
  }

  addKey(): string {
    const arn = `arn:aws:kms:${region}:${accountId}:key/${randomUUID()}`;
    this.#keys.set(arn, { arn, enabled: true });
    return arn;
  }

  disableKey(arn: string): void {
    const key = this.#keys.get(arn);
    if (key) key.enabled = false;
  }

  put(
    key: string,
    bytes: Buffer,
    metadata: Record<string, string> = {},
    bucket = 'backups',
  ): string {
    const objects = this.#buckets.get(bucket)?.objects;
    if (!objects) throw new Error(`no bucket ${bucket}`);
    objects.set(key, { bucket, key, size: bytes.length, etag: etagOf(bytes), metadata, bytes });
    return `arn:aws:s3:::${bucket}/${key}`;
  }

  objectBytes(key: string): Buffer {
    const found = this.#buckets.get('backups')?.objects.get(key);
    if (!found) throw new Error(`no object ${key}`);
    return found.bytes;
  }

  /** Other content under the same metadata. */
  replaceBytes(key: string, bytes: Buffer): void {
    this.put(key, bytes, { ...this.#buckets.get('backups')?.objects.get(key)?.metadata });
  }

  /** Stores `bytes` client-side encrypted, V1 unless `format` says otherwise. */
  putEncrypted(
    key: string,
    bytes: Buffer,
    keyArn: string,
    format: 'v1' | 'v2' = 'v1',
    changes: Record<string, string | undefined> = {},
  ): string {
    const dataKey = randomBytes(32);
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-256-cbc', dataKey, iv);
    const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
    const context = format === 'v2' ? { kms_cmk_id: keyArn } : {};
    const blob = Buffer.from(
      JSON.stringify({ keyArn, context, key: dataKey.toString('hex') }),
    ).toString('base64');
    const v2 = {
      'x-amz-key-v2': blob,
      'x-amz-wrap-alg': 'kms',
      'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
    };
    const metadata: Record<string, string | undefined> = {
      ...(format === 'v2' ? v2 : { 'x-amz-key': blob }),
      'x-amz-iv': iv.toString('base64'),
      'x-amz-matdesc': JSON.stringify(context),
      ...changes,
    };
    const present = Object.entries(metadata).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return this.put(key, body, Object.fromEntries(present));
  }

  assumeServiceRole(arn: string): RoleAccess {
    if (arn !== roleArn || !this.trustsRds) throw failure('AccessDenied');
    const allow = (action: string, code: string, resource: string) => {
      if (!this.denied.has(action)) return;
      const who = `arn:aws:sts::${accountId}:assumed-role/rds-backup-restore/RDS-SQLServerBackup`;
      throw failure(
        code,
        `User: ${who} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      );
    };
    const bucketOf = (name: string) => {
      const bucket = this.#buckets.get(name);
      if (!bucket) throw failure('NoSuchBucket', 'The specified bucket does not exist');
      return bucket;
    };
    const keyOf = (id: string) => {
      const key = this.#keys.get(id);
      if (!key) throw failure('NotFoundException', `Key '${id}' does not exist`);
      return key;
    };
    return {
      bucketRegion: (bucket) => {
        allow('s3:GetBucketLocation', 'AccessDenied', bucket);
        return bucketOf(bucket).region;
      },
      listObjects: (bucket, prefix) => {
        allow('s3:ListBucket', 'AccessDenied', bucket);
        const found = [...bucketOf(bucket).objects.values()]
          .filter(({ key }) => key.startsWith(prefix))
          .sort((a, b) => (a.key < b.key ? -1 : 1));
        return Promise.resolve(found);
      },
      headObject: async (bucket, key) => {
        await Promise.resolve();
        allow('s3:GetObject', 'AccessDenied', key);
        const found = bucketOf(bucket).objects.get(key);
        if (!found) throw failure('NoSuchKey', 'The specified key does not exist.');
        return found;
      },
      readObject: async ({ bucket, key }, offset, length) => {
        await Promise.resolve();
        allow('s3:GetObject', 'AccessDenied', key);
        const found = bucketOf(bucket).objects.get(key);
        if (!found) throw failure('NoSuchKey', 'The specified key does not exist.');
        return found.bytes.subarray(offset, offset + length);
      },
      writeObject: async (bucket, key, metadata, content) => {
        allow('s3:PutObject', 'AccessDenied', key);
        const pieces: Buffer[] = [];
        for await (const piece of content) pieces.push(Buffer.from(piece));
        this.put(key, Buffer.concat(pieces), { ...metadata }, bucket);
      },
      generateDataKey: (id) => {
        allow('kms:GenerateDataKey', 'AccessDeniedException', id);
        const plaintext = randomBytes(32);
        const wrapped = { keyArn: keyOf(id).arn, context: {}, key: plaintext.toString('hex') };
        return { plaintext, blob: Buffer.from(JSON.stringify(wrapped)) };
      },
      describeKey: (id) => {
        allow('kms:DescribeKey', 'AccessDeniedException', id);
        return keyOf(id);
      },
      decryptDataKey: (blob, context, keyId) => {
        allow('kms:Decrypt', 'AccessDeniedException', keyId);
        const key = keyOf(keyId);
        if (!key.enabled) throw failure('DisabledException', `${key.arn} is disabled.`);
        const wrapped = JSON.parse(blob.toString()) as {
          keyArn: string;
          context: Record<string, string>;
          key: string;
        };
        if (wrapped.keyArn !== keyId) throw failure('IncorrectKeyException');
        if (JSON.stringify(wrapped.context) !== JSON.stringify(context)) {
          throw failure('InvalidCiphertextException');
        }
        return Buffer.from(wrapped.key, 'hex');
      },
    };
  }
}
