import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createEnvelope } from '../../src/core/envelope/create.js';
import type { BackupFile } from './backups.js';
import { CleanUp } from './cleanUp.js';
import { startMoto } from './emulators.js';
import { encryptFile } from './encryptFile.js';
import { bucket, type ClientOperation, EncryptionScene, type Reader } from './encryptionScene.js';
import { writeEverySize } from './objectSizes.js';

/** Who can read what the engine writes; no released client reads V1 with a key wrapped by KMS. */
const readers: Readonly<Record<'v1' | 'v2', readonly Reader[]>> = {
  v1: ['openssl'],
  v2: ['legacy client', 'openssl'],
};

describe('objects of ours, of every size that matters, read by others', () => {
  const cleanUp = new CleanUp();
  let scene: EncryptionScene;
  const files: BackupFile[] = [];

  before(async () => {
    scene = await EncryptionScene.open(startMoto, cleanUp);
    files.push(...(await writeEverySize(scene)));
  });
  after(() => cleanUp.run());

  /** An empty file is no backup, so uploading refuses it; what is beneath takes it. */
  async function putEmpty(file: string, key: string, format: 'v1' | 'v2'): Promise<void> {
    await assert.rejects(scene.upload({ file, key, format, force: true }), {
      code: 'backupFile/empty',
    });
    const { keys, kmsKeyId: keyId } = scene;
    const { dataKey, iv, metadata } = await createEnvelope({
      ...{ format, keyId, keys, plaintextLength: 0 },
    });
    const Body = await encryptFile(file, dataKey, iv);
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const input = { Bucket: bucket, Key: key, Body, Metadata: metadata };
    await scene.s3.send(new PutObjectCommand(input));
  }

  for (const format of ['v1', 'v2'] as const) {
    it(`${format.toUpperCase()} by ${readers[format].join(' and by ')}`, async (t) => {
      const operations: (ClientOperation & { do: 'read' })[] = [];
      const strategies = new Set<string>();
      const offer = (key: string, strategy: string) => {
        strategies.add(strategy);
        operations.push(
          ...readers[format].map((reader) => ({ do: 'read' as const, key, with: reader })),
        );
      };
      for (const { file, size } of files) {
        const key = `${format}/${size}`;
        if (size === 0) {
          await putEmpty(file, key, format);
          offer(key, 'single');
          continue;
        }
        const { plan } = await scene.upload({ file, key, format, force: true });
        offer(key, plan.strategy);
        if (plan.partCount < 2) continue;
        // As with files of terabytes, whose parts are too large to be held.
        const streamedKey = `${format}/streamed/${size}`;
        const streamed = await scene.upload({
          ...{ file, key: streamedKey, format, force: true, memoryBudget: 1 },
        });
        offer(streamedKey, streamed.plan.strategy);
      }
      assert.deepEqual([...strategies].sort(), ['buffered', 'single', 'streamed']);

      const results = await scene.client(operations);
      for (const [index, { key, with: reader }] of operations.entries()) {
        await t.test(`${key} by ${reader}`, () => {
          const file = files.find(({ size }) => key.endsWith(`/${size}`));
          assert.ok(file);
          const { sha256, size } = file;
          assert.deepEqual(results[index], { error: null, sha256, size });
        });
      }
    });
  }
});
