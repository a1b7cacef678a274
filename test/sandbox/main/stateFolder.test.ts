import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openStateFolder } from '../../../src/sandbox/start/stateFolder.js';

describe('the state folder', () => {
  let base: string;

  beforeEach(async () => {
    base = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-state-'));
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  const lock = () => path.join(base, 'sandbox.lock');

  it('is made where there is none, and let go', async () => {
    const folder = path.join(base, 'a', 'b ü');
    const state = await openStateFolder(folder, false);
    await access(path.join(folder, 'sandbox.lock'));
    await state.release();
    assert.deepEqual(await readdir(folder), ['sandbox.json']);
  });

  it('is refused while another process that runs holds it', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      await writeFile(lock(), String(other.pid));
      await assert.rejects(openStateFolder(base, true), {
        code: 'sandbox/state-in-use',
        message: new RegExp(`^Another sandbox \\(process ${other.pid}\\) uses the state folder`),
      });
    } finally {
      other.kill();
    }
  });

  it('is taken over from a sandbox that was killed', async () => {
    const dead = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => dead.once('close', resolve));
    for (const left of [String(dead.pid), String(process.pid), '', 'garbage']) {
      await writeFile(lock(), left);
      await (await openStateFolder(base, false)).release();
    }
  });

  it('is emptied by a reset, but never one that is not ours', async () => {
    const state = await openStateFolder(base, false);
    await writeFile(path.join(base, 'old.json'), '{}');
    await state.release();
    await (await openStateFolder(base, true)).release();
    assert.deepEqual(await readdir(base), ['sandbox.json']);

    const foreign = await mkdtemp(path.join(base, 'foreign-'));
    await writeFile(path.join(foreign, 'thesis.txt'), 'precious');
    for (const reset of [true, false]) {
      await assert.rejects(openStateFolder(foreign, reset), { code: 'sandbox/state-foreign' });
    }
    assert.deepEqual(await readdir(foreign), ['thesis.txt']);
  });

  it('says why it cannot be used', async () => {
    const file = path.join(base, 'file');
    await writeFile(file, '');
    await assert.rejects(openStateFolder(file, false), {
      code: 'sandbox/state-unusable',
      message: /cannot be used .* Name another one with --state\.$/,
    });
  });
});
