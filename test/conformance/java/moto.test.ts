import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { downloadDecrypted } from '../../../src/core/transfer/download.js';
import { type BackupFile, partBytes, sha256Of } from '../backups.js';
import { CleanUp } from '../cleanUp.js';
import { startMoto } from '../emulators.js';
import { bucket, EncryptionScene } from '../encryptionScene.js';
import { writeBytes } from '../objectSizes.js';
import { type JavaClients, startJavaClients } from './javaClients.js';
import { javaLeftOut } from './javaProgram.js';

/**
 * Client and server both by others. The new client only reads here: it waits in vain for what moto
 * answers to `Expect: 100-continue`.
 */
describe("AWS's Java clients and our engine in moto", { skip: javaLeftOut }, () => {
  const cleanUp = new CleanUp();
  let scene: EncryptionScene;
  let java: JavaClients;
  let written: BackupFile;

  before(async () => {
    scene = await EncryptionScene.open(startMoto, cleanUp);
    java = startJavaClients(scene.place, cleanUp);
    written = await writeBytes(scene.inFolder('written'), 2 * partBytes + 1);
  });
  after(() => cleanUp.run());

  const object = (key: string) => ({ bucket, key, kmsKeyId: scene.kmsKeyId });

  for (const materials of ['kms', 'kms-v1'] as const) {
    for (const how of ['put', 'putParts'] as const) {
      it(`old client, EncryptionOnly, ${materials}, ${how}: our download reads it`, async () => {
        const key = `theirs/${materials}/${how}`;
        await java.old.must({
          ...{ do: how, materials, partBytes },
          ...object(key),
          file: written.file,
        });
        const file = scene.inFolder('read');
        const read = await downloadDecrypted({ ...scene.from(key), file, overwrite: true });
        assert.equal(read.sha256, written.sha256);
      });
    }
  }

  it('both read our V2, the old one our V1', async () => {
    const file = scene.inFolder('read');
    const read = async (key: string, work: Promise<void>) => {
      await work;
      assert.equal(await sha256Of(file), written.sha256, key);
    };
    await scene.upload({ file: written.file, key: 'v2', format: 'v2', force: true });
    await read('v2, old', java.old.must({ do: 'get', ...object('v2'), file }));
    await read('v2, new', java.new.must({ do: 'get', legacy: true, ...object('v2'), file }));
    await scene.upload({ file: written.file, key: 'v1', format: 'v1', force: true });
    await read('v1, old', java.old.must({ do: 'get', materials: 'kms-v1', ...object('v1'), file }));
  });
});
