import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { kmsKeyService } from '../../../src/core/aws/kmsKeyService.js';
import type { KeyService } from '../../../src/core/envelope/envelope.js';
import { type AwsPlace, engineSession } from '../awsPlace.js';
import { type BackupFile, sha256Of } from '../backups.js';
import { CleanUp } from '../cleanUp.js';
import { JavaProgram, type NewClientOperation, type OldClientOperation } from './javaProgram.js';

/** A place, the engine's clients for it, both Java clients, a bucket and a KMS key. */
export interface JavaPlace {
  readonly place: AwsPlace;
  readonly bucket: string;
  readonly kmsKeyId: string;
  readonly s3: S3Client;
  readonly keys: KeyService;
  readonly folder: string;
  readonly old: JavaProgram<OldClientOperation>;
  readonly new: JavaProgram<NewClientOperation>;
}

const bucket = 'java-clients';

export async function openJavaPlace(place: AwsPlace, cleanUp: CleanUp): Promise<JavaPlace> {
  const session = await engineSession(place);
  cleanUp.add(() => {
    session.dispose();
  });
  const s3 = await session.s3();
  const kms = await session.kms();
  const { CreateBucketCommand } = await import('@aws-sdk/client-s3');
  const { CreateKeyCommand } = await import('@aws-sdk/client-kms');
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  if (KeyMetadata?.Arn === undefined) throw new Error('no key ARN');
  const old = JavaProgram.oldClient(place);
  cleanUp.add(() => old.stop());
  const newer = JavaProgram.newClient(place);
  cleanUp.add(() => newer.stop());
  return {
    ...{ place, bucket, kmsKeyId: KeyMetadata.Arn, s3, keys: kmsKeyService(session) },
    ...{ folder: await cleanUp.temporaryFolder(), old, new: newer },
  };
}

/** A file of random bytes. */
export async function randomFile(folder: string, size: number): Promise<BackupFile> {
  const file = path.join(folder, `${size}.bin`);
  await writeFile(file, randomBytes(size));
  return { file, size, sha256: await sha256Of(file) };
}
