import { S3Client } from '@aws-sdk/client-s3';
import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { KeysDouble } from './keysDouble.js';
import { S3Double, type StoredObject } from './s3Double.js';

export const mib = 2 ** 20;

/** Fast enough for tests, patient enough to see a retry. */
export const quickRetry = { attempts: 8, baseMs: 5, maxMs: 20 };

/** A temporary folder, an S3 double with a client for it, and keys. */
export class Scene implements AsyncDisposable {
  readonly keys = new KeysDouble();

  private constructor(
    readonly folder: string,
    readonly double: S3Double,
    readonly s3: S3Client,
  ) {}

  static async open(): Promise<Scene> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'transfer-'));
    const double = await S3Double.start();
    const s3 = new S3Client({
      endpoint: double.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 2,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    });
    return new Scene(folder, double, s3);
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  /** Writes a file that begins like a backup. */
  async file(name: string, bytes: number): Promise<string> {
    await writeFile(this.path(name), backupLike(bytes));
    return this.path(name);
  }

  /** What an upload needs besides the file. */
  to(key: string) {
    return {
      bucket: this.double.bucket,
      key,
      s3: this.s3,
      keys: this.keys,
      kmsKeyId: 'alias/backups',
      retry: quickRetry,
    };
  }

  /** What a download needs besides the target. */
  from(key: string) {
    const { bucket } = this.double;
    return { bucket, key, s3: this.s3, keys: this.keys, retry: quickRetry };
  }

  /** Puts a V1 object whose ciphertext may be tampered with. */
  putEncrypted(
    key: string,
    plaintext: Buffer,
    change: (ciphertext: Buffer) => Buffer = (same) => same,
    metadata: Record<string, string> = {},
  ): StoredObject {
    const dataKey = randomBytes(32);
    const iv = randomBytes(16);
    return this.double.put(key, change(encryptAtOnce(plaintext, dataKey, iv)), {
      'x-amz-key': this.keys.wrap(dataKey, {}).toString('base64'),
      'x-amz-iv': iv.toString('base64'),
      'x-amz-matdesc': '{}',
      ...metadata,
    });
  }

  async filesLeft(): Promise<string[]> {
    return (await readdir(this.folder)).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.s3.destroy();
    await this.double.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Random bytes after the tape mark that a backup begins with. */
export function backupLike(bytes: number): Buffer {
  const content = randomBytes(bytes);
  content.write('TAPE'.slice(0, bytes));
  return content;
}

/** The reference: one call over everything, no parts, no chunks. */
export function encryptAtOnce(plaintext: Buffer, key: Buffer, iv: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
}

/** Resolves when the process has no worker thread left, fails after a while. */
export async function noWorkersLeft(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (!process.getActiveResourcesInfo().includes('MessagePort')) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`A worker is left: ${process.getActiveResourcesInfo().join()}`);
}
