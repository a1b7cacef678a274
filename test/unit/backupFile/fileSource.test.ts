import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import { fileSource } from '../../../src/core/backupFile/fileSource.js';
import { withoutRights } from '../../support/withoutRights.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'file source Ж '));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function failure(work: Promise<unknown>): Promise<EngineError> {
  const error = await work.then(
    () => assert.fail('nothing was thrown'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EngineError);
  return error;
}

test('reads any range, shorter at the end and nothing beyond it', async () => {
  const file = path.join(folder, 'ein Backup – 備份.bak');
  await writeFile(file, Buffer.from('0123456789'));
  await using source = await fileSource(file);
  assert.equal(source.size, 10);
  assert.equal(source.path, file);
  assert.equal((await source.read(0, 4)).toString(), '0123');
  assert.equal((await source.read(8, 100)).toString(), '89');
  assert.equal((await source.read(10, 5)).length, 0);
  assert.equal((await source.read(99, 5)).length, 0);
});

test('a path far beyond 260 characters', async () => {
  const deep = path.join(folder, ...Array.from({ length: 5 }, () => 'x'.repeat(80)));
  await mkdir(deep, { recursive: true });
  const file = path.join(deep, 'long.bak');
  await writeFile(file, 'TAPE');
  await using source = await fileSource(file);
  assert.equal((await source.read(0, 4)).toString(), 'TAPE');
});

test('a missing file, in a missing folder too, is named', async () => {
  for (const file of ['missing.bak', path.join('no', 'such', 'folder.bak')]) {
    const error = await failure(fileSource(path.join(folder, file)));
    assert.equal(error.code, 'backupFile/not-found');
    assert.ok(error.message.includes(path.join(folder, file)));
    assert.ok(error.cause instanceof Error);
  }
});

test('a path through a file is not found', async () => {
  await writeFile(path.join(folder, 'file'), 'x');
  const error = await failure(fileSource(path.join(folder, 'file', 'inner.bak')));
  assert.equal(error.code, 'backupFile/not-found');
});

test('a folder is refused', async () => {
  const error = await failure(fileSource(folder));
  assert.equal(error.code, 'backupFile/is-folder');
});

test('an empty file is refused', async () => {
  const file = path.join(folder, 'empty.bak');
  await writeFile(file, '');
  const error = await failure(fileSource(file));
  assert.equal(error.code, 'backupFile/empty');
});

const onWindows = process.platform === 'win32' ? 'files have no mode bits on Windows' : false;
test('a file without permission is refused', { skip: onWindows }, async () => {
  await chmod(folder, 0o755);
  const file = path.join(folder, 'secret.bak');
  await writeFile(file, 'TAPE');
  await chmod(file, 0);
  const error = await failure(withoutRights(() => fileSource(file)));
  assert.equal(error.code, 'backupFile/no-permission');
});

test('a device is refused', { skip: process.platform === 'win32' }, async () => {
  const error = await failure(fileSource('/dev/null'));
  assert.equal(error.code, 'backupFile/not-a-file');
});

test('a file that becomes shorter while it is read', async () => {
  const file = path.join(folder, 'shrinks.bak');
  await writeFile(file, Buffer.alloc(100));
  await using source = await fileSource(file);
  await truncate(file, 50);
  const error = await failure(source.read(0, 100));
  assert.equal(error.code, 'backupFile/changed');
});
