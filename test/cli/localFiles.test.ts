import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { destinations } from '../../src/cli/arguments/destination.js';
import { expandWildcards } from '../../src/cli/arguments/localFiles.js';
import { UsageError } from '../../src/cli/arguments/usageError.js';

describe('wildcards', () => {
  let folder: string;
  const inFolder = (name: string) => path.join(folder, name);
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-cli '));
    for (const name of ['db_2.bak', 'db_1.bak', 'db+1.bak', 'naïve # 100%.trn']) {
      await writeFile(inFolder(name), '');
    }
    await mkdir(inFolder('db_folder.bak'));
  });
  after(() => rm(folder, { recursive: true }));

  it('become the files they stand for, in order, folders left out', async () => {
    assert.deepEqual(await expandWildcards([inFolder('db_*.bak')]), [
      inFolder('db_1.bak'),
      inFolder('db_2.bak'),
    ]);
    assert.deepEqual(await expandWildcards([inFolder('db?1.bak')]), [
      inFolder('db+1.bak'),
      inFolder('db_1.bak'),
    ]);
    assert.deepEqual(await expandWildcards([inFolder('*%.trn')]), [inFolder('naïve # 100%.trn')]);
  });

  it('leave other names alone, also of files that do not exist', async () => {
    assert.deepEqual(await expandWildcards(['no-such.bak', inFolder('db+1.bak')]), [
      'no-such.bak',
      inFolder('db+1.bak'),
    ]);
  });

  it('are an error where nothing matches', async () => {
    await assert.rejects(expandWildcards([inFolder('x*.bak')]), UsageError);
    await assert.rejects(expandWildcards([path.join(folder, 'nowhere', '*.bak')]), UsageError);
  });
});

describe('destination', () => {
  const keys = (files: string[], prefix: string) =>
    destinations(files, prefix).map(({ key }) => key);
  const a = path.join('some', 'folder', 'a b#+%.bak');

  it('is a folder unless it ends as the file does', () => {
    assert.deepEqual(keys([a], ''), ['a b#+%.bak']);
    assert.deepEqual(keys([a], 'x/'), ['x/a b#+%.bak']);
    assert.deepEqual(keys([a], 'x'), ['x/a b#+%.bak']);
    assert.deepEqual(keys([a], 'x.2024'), ['x.2024/a b#+%.bak']);
    assert.deepEqual(keys([a], 'x/other.BAK'), ['x/other.BAK']);
    assert.deepEqual(keys(['noextension'], 'x'), ['x/noextension']);
    assert.deepEqual(keys([a, 'c.bak'], 'x'), ['x/a b#+%.bak', 'x/c.bak']);
  });

  it('never puts two files in one place', () => {
    assert.throws(() => keys([a, 'c.bak'], 'x/one.bak'), /name of one object/);
    assert.throws(() => keys(['x/c.bak', 'y/c.bak'], ''), UsageError);
  });
});
