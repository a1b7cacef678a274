import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { openDecrypted } from '../../src/core/transfer/decryptedSource.js';
import { downloadDecrypted } from '../../src/core/transfer/download.js';
import { type BackupFile, partBytes } from './backups.js';
import { CleanUp } from './cleanUp.js';
import { startMoto } from './emulators.js';
import { type ClientOperation, EncryptionScene } from './encryptionScene.js';
import { writeEverySize } from './objectSizes.js';

const context = { department: 'payroll', 'quoted "entry"': 'a+b=c, d' };

describe("objects of Amazon's client for Python, of every size that matters, read by us", () => {
  const cleanUp = new CleanUp();
  let scene: EncryptionScene;
  const files: BackupFile[] = [];

  before(async () => {
    scene = await EncryptionScene.open(startMoto, cleanUp);
    files.push(...(await writeEverySize(scene)));
  });
  after(() => cleanUp.run());

  for (const [suite, format] of [
    ['v2', 'V2 with GCM and kms+context'],
    ['v3', 'V3 with key commitment'],
  ] as const) {
    it(format, async (t) => {
      const objects = files.flatMap((file) => {
        const single = { file, key: `${suite}/${file.size}`, multipart: false };
        const parts = { file, key: `${suite}/parts/${file.size}`, multipart: true };
        return file.size > partBytes ? [single, parts] : [single];
      });
      const written = await scene.client(
        objects.map(({ file, ...o }): ClientOperation => {
          return { do: 'write', file: file.file, suite, context, ...o };
        }),
      );
      for (const [index, { file, key, multipart }] of objects.entries()) {
        await t.test(key, async () => {
          assert.deepEqual(written[index], { error: null });
          const target = scene.inFolder('read.bin');
          const request = { ...scene.from(key), file: target, overwrite: true };
          const result = await downloadDecrypted(request);
          const { object, plaintextBytes, sha256, authenticated } = result;
          assert.deepEqual(
            { size: plaintextBytes, sha256, authenticated },
            { size: file.size, sha256: file.sha256, authenticated: true },
          );
          assert.equal(object.envelope?.format, suite);
          assert.equal(object.partCount !== undefined, multipart);
          await compareEnds(key, file);
        });
      }
    });
  }

  /** Looking into an object reads ranges of it by another cipher mode than downloading. */
  async function compareEnds(key: string, { file, size }: BackupFile): Promise<void> {
    const source = await openDecrypted(scene.from(key));
    try {
      assert.equal(source.size, size);
      const bytes = await readFile(file);
      for (const start of [0, Math.max(0, size - 1000)]) {
        assert.deepEqual(await source.read(start, 1000), bytes.subarray(start, start + 1000));
      }
    } finally {
      source.dispose();
    }
  }
});
