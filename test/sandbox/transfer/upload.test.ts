import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { uploadEncrypted } from '../../../src/core/transfer/upload.js';
import { encryptAtOnce, mib, noWorkersLeft, Scene } from './scene.js';

const partSize = 5 * mib;

/** Sizes at every edge of a block, a part and a cipher call. */
const sizes = [
  1,
  15,
  16,
  17,
  64 * 1024 - 1,
  64 * 1024,
  64 * 1024 + 1,
  mib,
  mib + 16,
  partSize - 17,
  partSize - 16,
  partSize - 15,
  partSize - 1,
  partSize,
  partSize + 1,
  partSize + 15,
  partSize + 16,
  partSize + 17,
  2 * partSize,
  2 * partSize + 1,
  4 * partSize - 1,
  7 * partSize + 5,
];

/** Budgets that make the plan buffer the parts, and stream them. */
const strategies = { buffered: 64 * mib, streamed: 8 * mib } as const;

describe('encrypted upload', () => {
  for (const [strategy, memoryBudget] of Object.entries(strategies)) {
    it(`writes what encrypting the file at once would give, ${strategy}`, async () => {
      await using scene = await Scene.open();
      for (const size of sizes) {
        const file = await scene.file('a.bak', size);
        const key = `${strategy}/${size}.bak`;
        const result = await uploadEncrypted({
          ...scene.to(key),
          file,
          partSize,
          memoryBudget,
          force: true,
        });
        const object = scene.double.objects.get(key);
        assert.ok(object);
        const iv = Buffer.from(object.metadata['x-amz-iv'] ?? '', 'base64');
        const dataKey = scene.keys.dataKeys.at(-2)!;
        const expected = encryptAtOnce(await readFile(file), dataKey, iv);
        assert.ok(object.body.equals(expected), `${size} bytes`);
        assert.equal(object.metadata['x-amz-unencrypted-content-length'], String(size));
        assert.equal(result.proof.plaintextBytes, size);
        if (result.plan.partCount > 1) assert.equal(result.plan.strategy, strategy);
      }
      assert.equal(scene.double.uploads.size, 0);
      for (const key of scene.keys.handedOut) assert.ok(key.every((byte) => byte === 0));
      await noWorkersLeft();
    });
  }

  it('streams several large parts at a time', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 70 * mib + 3);
    const large = { partSize: 12 * mib, memoryBudget: 24 * mib };
    const result = await uploadEncrypted({ ...scene.to('large.bak'), file, ...large });
    assert.equal(result.plan.strategy, 'streamed');
    assert.equal(result.plan.concurrency, 3);
    const object = scene.double.objects.get('large.bak')!;
    const iv = Buffer.from(object.metadata['x-amz-iv'] ?? '', 'base64');
    const expected = encryptAtOnce(await readFile(file), scene.keys.dataKeys.at(-2)!, iv);
    assert.ok(object.body.equals(expected));
  });
});
