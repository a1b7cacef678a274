import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { readability } from '../../src/core/envelope/readability.js';
import { downloadDecrypted } from '../../src/core/transfer/download.js';
import { readObjectEnvelope, requireEnvelope } from '../../src/core/transfer/objectEnvelope.js';
import { verifyObject } from '../../src/core/transfer/verify.js';
import { awsEnvironment } from './awsPlace.js';
import { CleanUp } from './cleanUp.js';
import { runScript } from './clients.js';
import { startMoto } from './emulators.js';
import { bucket, EncryptionScene } from './encryptionScene.js';
import { writeBytes } from './objectSizes.js';

const sentence =
  /wrapped with AES\/ECB by a raw key that AWS KMS does not hold.*decrypt the object with the client and key that wrote it/;

/** Without its key nobody can open such an object; what counts is that it is called what it is. */
describe('objects that s3-encryption 0.1.3 wrote under raw keys', () => {
  const cleanUp = new CleanUp();
  let scene: EncryptionScene;
  const objects = [
    { size: 0, keyBytes: 16 },
    { size: 1, keyBytes: 16 },
    { size: 16, keyBytes: 24 },
    { size: 17, keyBytes: 32 },
    { size: 100_000, keyBytes: 32, description: { key: 'night shift' } },
  ].map((object) => ({ ...object, key: `raw/${object.keyBytes}/${object.size}` }));

  before(async () => {
    scene = await EncryptionScene.open(startMoto, cleanUp);
    const input = await Promise.all(
      objects.map(async ({ key, size, keyBytes, description }) => ({
        ...{ key, ...(description && { description }) },
        file: (await writeBytes(scene.inFolder(`${size}.bin`), size)).file,
        masterKey: Buffer.alloc(keyBytes, 7).toString('hex'),
      })),
    );
    const env = awsEnvironment(scene.place);
    await runScript('rubyV1', 'raw_key_client.py', { bucket, objects: input }, env);
  });
  after(() => cleanUp.run());

  for (const { key, description = {} } of objects) {
    it(`${key} is named, and neither opened nor taken for another`, async () => {
      const object = await readObjectEnvelope(scene.from(key));
      const envelope = requireEnvelope(object);
      assert.equal(envelope.format, 'v1');
      assert.deepEqual(envelope.wrap, { kind: 'raw', algorithm: 'AES/ECB' });
      assert.deepEqual(envelope.materialDescription, description);
      const { rds, product } = readability(envelope);
      assert.deepEqual([rds.canRead, product.canRead], ['no', false]);
      assert.match(product.why, sentence);

      const refusal = { code: 'envelope/raw-key', message: sentence };
      const before = await readdir(scene.folder);
      const file = scene.inFolder('opened');
      await assert.rejects(downloadDecrypted({ ...scene.from(key), file }), refusal);
      await assert.rejects(verifyObject(scene.from(key)), refusal);
      assert.deepEqual(await readdir(scene.folder), before);
    });
  }
});
