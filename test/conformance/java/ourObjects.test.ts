import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { uploadEncrypted } from '../../../src/core/transfer/upload.js';
import { type BackupFile, partBytes, sha256Of } from '../backups.js';
import { CleanUp } from '../cleanUp.js';
import { startSandboxPlace } from '../sandboxPlace.js';
import { javaLeftOut } from './javaProgram.js';
import { type JavaPlace, openJavaPlace, randomFile } from './javaPlace.js';

/** Around a block of the cipher, a part, and several parts. An empty file is no backup to upload. */
const sizes = [
  ...[1, 15, 16, 17],
  ...[partBytes - 1, partBytes, partBytes + 1],
  ...[3 * partBytes - 1, 3 * partBytes, 3 * partBytes + 1],
];

describe("our objects, read by AWS's Java clients", { skip: javaLeftOut }, () => {
  const cleanUp = new CleanUp();
  let java: JavaPlace;

  const upload = (backup: BackupFile, key: string, format: 'v1' | 'v2') =>
    uploadEncrypted({
      ...{ file: backup.file, bucket: java.bucket, key, s3: java.s3, keys: java.keys },
      ...{ kmsKeyId: java.kmsKeyId, format, partSize: partBytes, force: true },
    });
  const read = (key: string) => ({
    ...{ do: 'get', bucket: java.bucket, key, kmsKeyId: java.kmsKeyId } as const,
    file: path.join(java.folder, 'read'),
  });

  before(async () => {
    const place = await startSandboxPlace();
    cleanUp.add(place.stop);
    java = await openJavaPlace(place, cleanUp);
  });
  after(() => cleanUp.run());

  for (const size of sizes) {
    it(`V2 of ${size} bytes`, async () => {
      const backup = await randomFile(java.folder, size);
      const key = `ours/${size}`;
      await upload(backup, key, 'v2');
      const operation = read(key);
      await java.old.must(operation);
      assert.equal(await sha256Of(operation.file), backup.sha256, 'the old client');
      await java.new.must({ ...operation, legacy: true });
      assert.equal(await sha256Of(operation.file), backup.sha256, 'the new client');
      await java.new.must({ ...operation, do: 'getAsync', legacy: true });
      assert.equal(await sha256Of(operation.file), backup.sha256, 'the new client, asynchronous');
    });
  }

  for (const size of sizes) {
    it(`V1 of ${size} bytes, by the old client with KMS as its cipher for the key`, async () => {
      const backup = await randomFile(java.folder, size);
      const key = `ours/v1-${size}`;
      await upload(backup, key, 'v1');
      const operation = read(key);
      await java.old.must({ ...operation, materials: 'kms-v1' });
      assert.equal(await sha256Of(operation.file), backup.sha256);
    });
  }

  it('V2 is refused by the new client without its legacy options, which it names', async () => {
    await upload(await randomFile(java.folder, 17), 'ours/legacy', 'v2');
    const error = (await java.new.attempt(read('ours/legacy'))) ?? '';
    assert.match(error, /S3EncryptionClientException: Enable legacy unauthenticated modes/);
  });

  it('V1 is refused by both as they come: neither unwraps its key by KMS', async () => {
    await upload(await randomFile(java.folder, 17), 'ours/v1', 'v1');
    const operation = read('ours/v1');
    // The old client looks for a KMS key by what V2 has and V1 lacks, kms_cmk_id.
    const old = (await java.old.attempt(operation)) ?? '';
    assert.match(old, /SdkClientException: Unable to retrieve the client encryption materials/);
    // The new one guesses by the size of the wrapped key: more than an AES key's, so RSA.
    const newer = (await java.new.attempt({ ...operation, legacy: true })) ?? '';
    assert.match(newer, /does not support the object's key wrapping algorithm: RSA/);
  });
});
