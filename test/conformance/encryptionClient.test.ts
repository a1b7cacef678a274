import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { downloadDecrypted } from '../../src/core/transfer/download.js';
import { AwsCli } from './awsCli.js';
import { type BackupFile, largeBackup, sha256Of, smallBackup } from './backups.js';
import { CleanUp } from './cleanUp.js';
import { mustRun } from './clients.js';
import { startMinistack, startMoto } from './emulators.js';
import { alias, bucket, type ClientOperation, EncryptionScene } from './encryptionScene.js';
import { startSandboxPlace } from './sandboxPlace.js';

for (const [name, start] of [
  ['moto', startMoto],
  ['ministack', startMinistack],
  ['the sandbox', startSandboxPlace],
] as const) {
  describe(`Amazon's encryption client for Python, in ${name}`, () => {
    const cleanUp = new CleanUp();
    let scene: EncryptionScene;
    let backups: Record<'small' | 'large', BackupFile>;

    before(async () => {
      scene = await EncryptionScene.open(start, cleanUp);
      backups = { small: await smallBackup(), large: await largeBackup(scene.folder) };
    });
    after(() => cleanUp.run());

    it('reads V2 objects of ours when its legacy options are on, and only then', async () => {
      const { small, large } = backups;
      await scene.upload({ file: small.file, key: 'ours/small', format: 'v2' });
      await scene.upload({ file: large.file, key: 'ours/large', format: 'v2', kmsKeyId: alias });
      const [readSmall, readLarge, refused] = await scene.client([
        { do: 'read', key: 'ours/small', with: 'legacy client' },
        { do: 'read', key: 'ours/large', with: 'legacy client' },
        { do: 'read', key: 'ours/small', with: 'client' },
      ]);
      assert.deepEqual(readSmall, { error: null, sha256: small.sha256, size: small.size });
      assert.deepEqual(readLarge, { error: null, sha256: large.sha256, size: large.size });
      assert.match(refused?.error ?? '', /legacy/i);
    });

    it('refuses V1 objects of ours in its own words, as it does any V1', async () => {
      await scene.upload({ file: backups.small.file, key: 'ours/v1', format: 'v1' });
      const [refused] = await scene.client([{ do: 'read', key: 'ours/v1', with: 'legacy client' }]);
      assert.match(refused?.error ?? '', /None is not a valid key wrapping algorithm/);
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
      const written = await scene.client(
        writes.map(({ size, ...o }): ClientOperation => ({
          do: 'write',
          file: backups[size].file,
          ...o,
        })),
      );
      assert.deepEqual(
        written,
        writes.map(() => ({ error: null })),
      );
      for (const { key, size } of writes) {
        const file = scene.inFolder(path.basename(key));
        const result = await downloadDecrypted({ ...scene.from(key), file });
        assert.equal(result.authenticated, true);
        assert.equal(result.sha256, backups[size].sha256, key);
        assert.equal(await sha256Of(file), backups[size].sha256, key);
      }
    });

    it('agrees with OpenSSL and the AWS CLI on what a V1 object holds', async () => {
      const { s3, folder } = scene;
      await scene.upload({ file: backups.large.file, key: 'ours/openssl', format: 'v1' });
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'ours/openssl' }));
      const wrapped = Buffer.from(answer.Metadata?.['x-amz-key'] ?? '', 'base64');
      const iv = Buffer.from(answer.Metadata?.['x-amz-iv'] ?? '', 'base64').toString('hex');
      const [wrappedFile, ciphertext, plaintext] = [
        scene.inFolder('wrapped'),
        scene.inFolder('ciphertext'),
        scene.inFolder('plaintext'),
      ];
      await writeFile(wrappedFile, wrapped);
      await writeFile(ciphertext, (await answer.Body?.transformToByteArray()) ?? '');
      const aws = await AwsCli.in(folder, scene.place);
      const unwrapped = await aws.text(
        'Plaintext',
        ...['kms', 'decrypt', '--ciphertext-blob', `fileb://${wrappedFile}`],
      );
      const key = Buffer.from(unwrapped, 'base64').toString('hex');
      // OpenSSL takes a raw key by argument only; this one opens nothing but the test's file.
      await mustRun('openssl', [
        ...['enc', '-d', '-aes-256-cbc', '-K', key, '-iv', iv],
        ...['-in', ciphertext, '-out', plaintext],
      ]);
      assert.equal((await readFile(plaintext)).length, backups.large.size);
      assert.equal(await sha256Of(plaintext), backups.large.sha256);
    });
  });
}
