import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { blockSize, ContentThreads } from '../../../src/sandbox/s3/contentThreads.js';

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a writer of content', () => {
  let folder: string;
  const threads = new ContentThreads();
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'content-'));
  });
  after(async () => {
    await threads.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function store(bytes: Buffer, piece: number) {
    const writer = threads.create(folder, { sha256: true, checksum: 'CRC32C' });
    for (let at = 0; at < bytes.length; at += piece) {
      await writer.write(bytes.subarray(at, at + piece));
    }
    return writer.finish();
  }

  it('keeps bytes of any length, in pieces of any size, and digests them', async () => {
    const small = 64 * 1024;
    const lengths = [
      0,
      1,
      small - 1,
      small,
      small + 1,
      blockSize - 1,
      blockSize,
      blockSize + 1,
      5 * blockSize + 17,
    ];
    for (const length of lengths) {
      const bytes = randomBytes(length);
      for (const piece of [70_001, 3 * blockSize]) {
        const written = await store(bytes, piece);
        assert.equal(written.size, length);
        assert.equal(written.md5, md5(bytes));
        assert.equal(written.sha256, sha256(bytes));
        assert.ok((await readFile(path.join(folder, written.file))).equals(bytes), String(length));
      }
    }
  });

  it('keeps files apart that are written at once', async () => {
    const bodies = Array.from({ length: 12 }, () => randomBytes(3 * blockSize + 5));
    const written = await Promise.all(bodies.map((body) => store(body, 65_536)));
    assert.deepEqual(
      written.map((file) => file.md5),
      bodies.map(md5),
    );
  });

  it('leaves nothing when it is given up, at any point', async () => {
    const earlier = (await readdir(folder)).length;
    for (const length of [0, 10, 2 * blockSize]) {
      const writer = threads.create(folder, { sha256: false, checksum: undefined });
      await writer.write(Buffer.alloc(length));
      await writer.discard();
      const finished = threads.create(folder, { sha256: false, checksum: undefined });
      await finished.write(Buffer.alloc(length));
      await finished.finish();
      await finished.discard();
    }
    assert.equal((await readdir(folder)).length, earlier);
  });

  it('says what the disk says', async () => {
    for (const length of [10, 8 * blockSize]) {
      const writer = threads.create(path.join(folder, 'missing'), {
        sha256: false,
        checksum: undefined,
      });
      const writing = async () => {
        for (let at = 0; at < length; at += 65_536) await writer.write(Buffer.alloc(65_536));
        await writer.finish();
      };
      await assert.rejects(writing(), /ENOENT/);
      await writer.discard();
    }
  });

  it('does not wait for a thread that has ended', async () => {
    const own = new ContentThreads();
    const writer = own.create(folder, { sha256: false, checksum: undefined });
    await writer.write(Buffer.alloc(2 * blockSize));
    await own.close();
    await assert.rejects(writer.finish(), /has ended/);
    await writer.discard();
  });
});
