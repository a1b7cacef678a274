import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { root } from '../support/paths.js';

/** Runs the demo with a folder of its own for temporary files. */
function demo(
  args: string[],
  temporary: string,
  onOutput?: (text: string, stop: () => void) => void,
) {
  const child = spawn(process.execPath, [path.join(root, 'scripts', 'demo.mjs'), ...args], {
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    stdio: 'pipe',
  });
  child.stdin.end();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput?.(output, () => child.kill('SIGINT'));
    });
  }
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, output });
    });
  });
}

describe('npm run demo', () => {
  let temporary: string;
  before(async () => {
    temporary = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-demo-test-'));
  });
  after(() => rm(temporary, { recursive: true, force: true }));

  it('takes a backup all the way and back, and shows the three failures', async () => {
    const { code, output } = await demo([], temporary);
    assert.equal(code, 0, output);
    for (const text of [
      '$ rds-backup inspect ',
      '$ rds-backup upload ',
      'Command execution completed successfully.',
      '[cse-metadata-incomplete]',
      '[encrypted-backup-no-key]',
      '[kms-key-does-not-exist]',
      "its SHA-256 equals the original's",
      'Summary',
    ]) {
      assert.ok(output.includes(text), `${text}\n${output}`);
    }
    assert.deepEqual(await readdir(temporary), []);
  });

  it('names the step that fails, cleans up and ends with 1', async () => {
    const { code, output } = await demo(['--sample', 'no-such-backup.bak'], temporary);
    assert.equal(code, 1, output);
    assert.match(output, /The demo FAILED\. The step "Look into the backup file" failed/);
    assert.deepEqual(await readdir(temporary), []);
  });

  const skip = process.platform === 'win32' ? 'needs signals' : false;
  it('cleans up when it is stopped', { skip }, async () => {
    let stopped = false;
    const { code, output } = await demo([], temporary, (text, stop) => {
      if (!stopped && text.includes('$ rds-backup restore')) stop();
      stopped ||= text.includes('$ rds-backup restore');
    });
    assert.equal(code, 130, output);
    assert.deepEqual(await readdir(temporary), []);
  });
});
