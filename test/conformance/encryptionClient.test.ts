import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { S3Client } from '@aws-sdk/client-s3';
import { kmsKeyService } from '../../src/core/aws/kmsKeyService.js';
import type { AwsSession } from '../../src/core/aws/session.js';
import type { KeyService } from '../../src/core/envelope/envelope.js';
import { downloadDecrypted } from '../../src/core/transfer/download.js';
import { uploadEncrypted } from '../../src/core/transfer/upload.js';
import { AwsCli } from './awsCli.js';
import { awsEnvironment, type AwsPlace, engineSession } from './awsPlace.js';
import { type BackupFile, largeBackup, partBytes, sha256Of, smallBackup } from './backups.js';
import { CleanUp } from './cleanUp.js';
import { mustRun, runScript } from './clients.js';
import { startMinistack, startMoto } from './emulators.js';
import { startSandboxPlace } from './sandboxPlace.js';

interface Operation {
  readonly do: 'read' | 'write';
  readonly bucket: string;
  readonly key: string;
  readonly file: string;
  readonly legacy?: boolean;
  readonly suite?: 'v2' | 'v3';
  readonly multipart?: boolean;
  readonly context?: Readonly<Record<string, string>>;
}

const bucket = 'encryption-client';
const alias = 'alias/encryption-client';

for (const [name, start] of [
  ['moto', startMoto],
  ['ministack', startMinistack],
  ['the sandbox', startSandboxPlace],
] as const) {
  describe(`Amazon's encryption client for Python, in ${name}`, () => {
    const cleanUp = new CleanUp();
    let place: AwsPlace;
    let session: AwsSession;
    let s3: S3Client;
    let keys: KeyService;
    let kmsKeyId: string;
    let folder: string;
    let backups: Record<'small' | 'large', BackupFile>;

    const inFolder = (file: string) => path.join(folder, file);
    const upload = (
      key: string,
      format: 'v1' | 'v2',
      size: 'small' | 'large',
      keyName = kmsKeyId,
    ) =>
      uploadEncrypted({
        ...{ file: backups[size].file, bucket, key, s3, keys },
        ...{ kmsKeyId: keyName, format, partSize: partBytes },
      });

    /** Has the client do all of it in one process; the error texts, null for none. */
    const client = async (operations: Operation[]): Promise<(string | null)[]> => {
      const input = { kmsKeyId, operations };
      const output = await runScript('aws', 'encryption_client.py', input, awsEnvironment(place));
      return (JSON.parse(output) as { error: string | null }[]).map(({ error }) => error);
    };

    before(async () => {
      const started = await start();
      cleanUp.add(started.stop);
      place = started;
      session = await engineSession(place);
      cleanUp.add(() => {
        session.dispose();
      });
      s3 = await session.s3();
      keys = kmsKeyService(session);
      folder = await cleanUp.temporaryFolder();
      backups = { small: await smallBackup(), large: await largeBackup(folder) };
      const { CreateBucketCommand } = await import('@aws-sdk/client-s3');
      const { CreateAliasCommand, CreateKeyCommand } = await import('@aws-sdk/client-kms');
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      const kms = await session.kms();
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      kmsKeyId = KeyMetadata?.Arn ?? assert.fail('no key ARN');
      await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: kmsKeyId }));
    });
    after(() => cleanUp.run());

    it('reads V2 objects of ours when its legacy options are on, and only then', async () => {
      await upload('ours/small', 'v2', 'small');
      await upload('ours/large', 'v2', 'large', alias);
      const read = (key: string, legacy: boolean): Operation => ({
        ...{ do: 'read', bucket, key, legacy },
        file: inFolder(`${path.basename(key)}.read`),
      });
      const [small, large, refused] = await client([
        read('ours/small', true),
        read('ours/large', true),
        read('ours/small', false),
      ]);
      assert.deepEqual([small, large], [null, null]);
      assert.equal(await sha256Of(inFolder('small.read')), backups.small.sha256);
      assert.equal(await sha256Of(inFolder('large.read')), backups.large.sha256);
      assert.match(refused ?? '', /legacy/i);
    });

    it('refuses V1 objects of ours in its own words, as it does any V1', async () => {
      await upload('ours/v1', 'v1', 'small');
      const file = inFolder('v1.read');
      const [error] = await client([{ do: 'read', bucket, key: 'ours/v1', legacy: true, file }]);
      assert.match(error ?? '', /None is not a valid key wrapping algorithm/);
    });

    it('writes V2 and V3 objects that the engine decrypts', async () => {
      const context = { department: 'payroll', 'stage 2': 'a+b' };
      const writes = [
        { key: 'theirs/v2', suite: 'v2', size: 'small' },
        { key: 'theirs/v3', suite: 'v3', size: 'small' },
        { key: 'theirs/v2-context', suite: 'v2', size: 'small', context },
        { key: 'theirs/v3-context', suite: 'v3', size: 'small', context },
        { key: 'theirs/v2-parts', suite: 'v2', size: 'large', multipart: true },
        { key: 'theirs/v3-parts', suite: 'v3', size: 'large', multipart: true },
      ] as const;
      const errors = await client(
        writes.map(({ size, ...o }) => ({ do: 'write', bucket, file: backups[size].file, ...o })),
      );
      assert.deepEqual(
        errors,
        writes.map(() => null),
      );
      for (const { key, size } of writes) {
        const file = inFolder(path.basename(key));
        const result = await downloadDecrypted({ bucket, key, s3, keys, file });
        assert.equal(result.sha256, backups[size].sha256, key);
        assert.equal(await sha256Of(file), backups[size].sha256, key);
      }
    });

    it('agrees with OpenSSL and the AWS CLI on what a V1 object holds', async () => {
      await upload('ours/openssl', 'v1', 'large');
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'ours/openssl' }));
      const wrapped = Buffer.from(answer.Metadata?.['x-amz-key'] ?? '', 'base64');
      const iv = Buffer.from(answer.Metadata?.['x-amz-iv'] ?? '', 'base64').toString('hex');
      await writeFile(inFolder('wrapped'), wrapped);
      await writeFile(inFolder('ciphertext'), (await answer.Body?.transformToByteArray()) ?? '');
      const aws = await AwsCli.in(folder, place);
      const wrappedFile = `fileb://${inFolder('wrapped')}`;
      const unwrapped = await aws.text(
        'Plaintext',
        'kms',
        'decrypt',
        '--ciphertext-blob',
        wrappedFile,
      );
      const key = Buffer.from(unwrapped, 'base64').toString('hex');
      // OpenSSL takes a raw key by argument only; this one opens nothing but the test's file.
      await mustRun('openssl', [
        ...['enc', '-d', '-aes-256-cbc', '-K', key, '-iv', iv],
        ...['-in', inFolder('ciphertext'), '-out', inFolder('plaintext')],
      ]);
      const plaintext = await readFile(inFolder('plaintext'));
      assert.equal(plaintext.length, backups.large.size);
      assert.equal(await sha256Of(inFolder('plaintext')), backups.large.sha256);
    });
  });
}
