import type { S3Client } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import path from 'node:path';
import { kmsKeyService } from '../../src/core/aws/kmsKeyService.js';
import type { KeyService } from '../../src/core/envelope/envelope.js';
import { uploadEncrypted, type UploadResult } from '../../src/core/transfer/upload.js';
import { type AwsPlace, awsEnvironment, engineSession } from './awsPlace.js';
import { partBytes } from './backups.js';
import type { CleanUp } from './cleanUp.js';
import { runScript } from './clients.js';

export const bucket = 'encryption-client';
export const alias = 'alias/encryption-client';

/** One thing for Amazon's client, or for boto3 and OpenSSL, to do; see clients/encryption_client.py. */
export type ClientOperation = { readonly key: string } & (
  | { readonly do: 'read'; readonly with: Reader; readonly context?: Context }
  | {
      readonly do: 'write';
      readonly file: string;
      readonly suite: 'v2' | 'v3';
      readonly multipart?: boolean;
      readonly context?: Context;
    }
);
type Context = Readonly<Record<string, string>>;

/**
 * Who reads: Amazon's client, the same with its options for what it calls legacy on, or boto3 for the
 * data key and the `openssl` command for the content.
 */
export type Reader = 'client' | 'legacy client' | 'openssl';

export interface ClientResult {
  /** The exception's class and text; null when all went well. */
  readonly error: string | null;
  /** Of what was read. */
  readonly sha256?: string;
  readonly size?: number;
}

/** A place with a bucket, a KMS key and its alias, the engine's clients for it and a folder. */
export class EncryptionScene {
  private constructor(
    readonly place: AwsPlace,
    readonly s3: S3Client,
    readonly keys: KeyService,
    readonly kmsKeyId: string,
    readonly folder: string,
  ) {}

  /** Whatever it starts is ended by `cleanUp`. */
  static async open(
    start: () => Promise<AwsPlace & { readonly stop: () => unknown }>,
    cleanUp: CleanUp,
  ): Promise<EncryptionScene> {
    const place = await start();
    cleanUp.add(place.stop);
    const session = await engineSession(place);
    cleanUp.add(() => {
      session.dispose();
    });
    const s3 = await session.s3();
    const folder = await cleanUp.temporaryFolder();
    const { CreateBucketCommand } = await import('@aws-sdk/client-s3');
    const { CreateAliasCommand, CreateKeyCommand } = await import('@aws-sdk/client-kms');
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    const kms = await session.kms();
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const kmsKeyId = KeyMetadata?.Arn ?? assert.fail('no key ARN');
    await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: kmsKeyId }));
    return new EncryptionScene(place, s3, kmsKeyService(session), kmsKeyId, folder);
  }

  inFolder(name: string): string {
    return path.join(this.folder, name);
  }

  /** Uploads with the engine, in the smallest parts there are. */
  upload(o: {
    readonly file: string;
    readonly key: string;
    readonly format: 'v1' | 'v2';
    readonly kmsKeyId?: string;
    /** The file need not be a backup. */
    readonly force?: boolean;
    readonly memoryBudget?: number;
  }): Promise<UploadResult> {
    const { s3, keys, kmsKeyId } = this;
    return uploadEncrypted({ bucket, s3, keys, kmsKeyId, partSize: partBytes, ...o });
  }

  /** What the engine needs to read an object. */
  from(key: string) {
    return { bucket, key, s3: this.s3, keys: this.keys };
  }

  /** Has the Python programs do all of it in one process, in order. */
  async client(operations: readonly ClientOperation[]): Promise<ClientResult[]> {
    const { kmsKeyId } = this;
    const input = { kmsKeyId, bucket, operations };
    const output = await runScript(
      'aws',
      'encryption_client.py',
      input,
      awsEnvironment(this.place),
    );
    const results = JSON.parse(output) as ClientResult[];
    assert.equal(results.length, operations.length);
    return results;
  }
}
