import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sha256Of } from '../backups.js';
import { CleanUp } from '../cleanUp.js';
import { bucket, EncryptionScene } from '../encryptionScene.js';
import { objectSizes, writeBytes } from '../objectSizes.js';
import { startSandboxPlace } from '../sandboxPlace.js';
import { type JavaClients, startJavaClients } from './javaClients.js';
import { javaLeftOut } from './javaProgram.js';

/** An empty file is no backup; uploading refuses it. */
const sizes = objectSizes.filter((size) => size > 0);

describe("our objects, read by AWS's Java clients", { skip: javaLeftOut }, () => {
  const cleanUp = new CleanUp();
  let scene: EncryptionScene;
  let java: JavaClients;

  const upload = async (key: string, format: 'v1' | 'v2', size: number) => {
    const backup = await writeBytes(scene.inFolder('written'), size);
    await scene.upload({ file: backup.file, key, format, force: true });
    return backup;
  };
  const read = (key: string) => ({
    ...({ do: 'get', bucket, key, kmsKeyId: scene.kmsKeyId } as const),
    file: scene.inFolder('read'),
  });

  before(async () => {
    scene = await EncryptionScene.open(startSandboxPlace, cleanUp);
    java = startJavaClients(scene.place, cleanUp);
  });
  after(() => cleanUp.run());

  for (const size of sizes) {
    it(`V2 of ${size} bytes`, async () => {
      const key = `v2/${size}`;
      const backup = await upload(key, 'v2', size);
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
      const key = `v1/${size}`;
      const backup = await upload(key, 'v1', size);
      const operation = read(key);
      await java.old.must({ ...operation, materials: 'kms-v1' });
      assert.equal(await sha256Of(operation.file), backup.sha256);
    });
  }

  it('V2 is refused by the new client without its legacy options, which it names', async () => {
    await upload('legacy', 'v2', 17);
    const error = (await java.new.attempt(read('legacy'))) ?? '';
    assert.match(error, /S3EncryptionClientException: Enable legacy unauthenticated modes/);
  });

  it('V1 is refused by both as they come: neither unwraps its key by KMS', async () => {
    await upload('v1', 'v1', 17);
    const operation = read('v1');
    // The old client looks for a KMS key by what V2 has and V1 lacks, kms_cmk_id.
    const old = (await java.old.attempt(operation)) ?? '';
    assert.match(old, /SdkClientException: Unable to retrieve the client encryption materials/);
    // The new one guesses by the size of the wrapped key: more than an AES key's, so RSA.
    const newer = (await java.new.attempt({ ...operation, legacy: true })) ?? '';
    assert.match(newer, /does not support the object's key wrapping algorithm: RSA/);
  });
});
