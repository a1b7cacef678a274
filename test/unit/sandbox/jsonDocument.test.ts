import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { JsonDocument } from '../../../src/sandbox/state/jsonFile.js';

test('a document has settled when its last change is on disk', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'json-document-'));
  try {
    const file = path.join(folder, 'state.json');
    const document = await JsonDocument.open(file, () => ({ count: 0 }));
    for (let round = 0; round < 20; round++) {
      for (let change = 0; change <= round % 4; change++) {
        document.data.count++;
        void document.save();
      }
      await document.settled();
      const stored = JSON.parse(await readFile(file, 'utf8')) as { count: number };
      assert.equal(stored.count, document.data.count);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
