import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  createTargetFile,
  replaceFile,
  targetError,
} from '../../../src/core/transfer/targetFile.js';
import { withoutRights } from '../../support/withoutRights.js';

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('the target file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'target-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const at = (name: string) => path.join(folder, name);

  it('appears when it is kept, and not before', async () => {
    {
      await using target = await createTargetFile(at('a'), 10, false);
      fs.writeSync(target.fd, 'content');
      assert.ok(!(await readdir(folder)).includes('a'));
      await target.keep();
    }
    assert.equal(await readFile(at('a'), 'utf8'), 'content');
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('vanishes when it is not kept', async () => {
    {
      await using target = await createTargetFile(at('b'), 10, false);
      fs.writeSync(target.fd, 'content');
    }
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('is refused where there is no room', async () => {
    await assert.rejects(createTargetFile(at('c'), 2 ** 60, false), {
      code: 'transfer/disk-full',
    });
    assert.deepEqual(await readdir(folder), ['a']);
  });

  it('is refused in a folder that may not be written', async (t) => {
    if (process.platform === 'win32') {
      t.skip('folders have no write bit on Windows');
      return;
    }
    await chmod(folder, 0o755);
    const locked = await mkdtemp(path.join(folder, 'locked-'));
    await chmod(locked, 0o555);
    await assert.rejects(
      withoutRights(() => createTargetFile(path.join(locked, 'd'), 10, false)),
      { code: 'transfer/target-denied' },
    );
  });

  it('waits for a program that lets go of it', async () => {
    await writeFile(at('from'), 'new');
    let tries = 0;
    await replaceFile(
      at('from'),
      at('to'),
      (from, to) => (++tries < 4 ? Promise.reject(failure('EPERM')) : rename(from, to)),
      1,
    );
    assert.equal(await readFile(at('to'), 'utf8'), 'new');
    assert.equal(tries, 4);
  });

  it('gives up on a program that does not, and on other failures at once', async () => {
    let tries = 0;
    const held = () => {
      tries++;
      return Promise.reject(failure('EBUSY'));
    };
    await assert.rejects(replaceFile('x', 'y', held, 1), { code: 'EBUSY' });
    assert.ok(tries > 4);
    tries = 0;
    const gone = () => {
      tries++;
      return Promise.reject(failure('ENOENT'));
    };
    await assert.rejects(replaceFile('x', 'y', gone, 1), { code: 'ENOENT' });
    assert.equal(tries, 1);
  });

  it('has a sentence for what a disk can say', () => {
    const of = (code: string) => {
      const error = targetError(failure(code), '/backups/a.bak');
      assert.ok(error.message.includes('/backups/a.bak'), error.message);
      return error.code;
    };
    assert.equal(of('ENOSPC'), 'transfer/disk-full');
    assert.equal(of('EDQUOT'), 'transfer/disk-full');
    assert.equal(of('EFBIG'), 'transfer/disk-full');
    assert.equal(of('EROFS'), 'transfer/target-denied');
    assert.equal(of('EIO'), 'transfer/target-failed');
  });
});
