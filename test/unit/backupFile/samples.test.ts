import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBackupHeader } from '../../../src/core/backupFile/readBackupHeader.js';
import type { BackupHeader } from '../../../src/core/backupFile/backupHeader.js';
import { skipWithoutShared } from '../../support/paths.js';
import { sharedSamples, shippedSamples, type Sample } from './samples.js';
import { CountingSource } from './sources.js';

/** Every value of `expected` is in `actual`; `actual` may say more. */
function assertHolds(actual: unknown, expected: unknown, path = 'header'): void {
  if (expected === null || typeof expected !== 'object') {
    assert.strictEqual(actual, expected, path);
    return;
  }
  assert.ok(actual !== null && typeof actual === 'object', path);
  if (Array.isArray(expected))
    assert.strictEqual((actual as unknown[]).length, expected.length, `${path}.length`);
  for (const [key, value] of Object.entries(expected))
    assertHolds((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
}

function filemarkLength(header: BackupHeader): number {
  return header.media?.softFilemarkBlockSize ?? assert.fail('no media header');
}

function testSample(sample: Sample): void {
  test(`${sample.name} decodes to its known values in few reads`, async () => {
    const source = new CountingSource(sample.bytes());
    const header = await readBackupHeader(source);
    assertHolds(header, sample.expected);
    assert.equal(header.complete, true);
    assert.ok(source.reads <= 1 + 2 * header.sets.length, `${source.reads} reads`);
    assert.ok(source.longestRead <= 1024 * 1024, `${source.longestRead} bytes at once`);
  });

  test(`${sample.name} gives the same by walking when its last block is damaged`, async () => {
    const bytes = Buffer.from(sample.bytes());
    const whole = await readBackupHeader(new CountingSource(bytes));
    bytes[bytes.length - filemarkLength(whole) + 50]! ^= 0xff;
    const walked = await readBackupHeader(new CountingSource(bytes));
    assert.equal(walked.complete, false);
    assert.deepEqual(walked.sets, whole.sets);
    assert.deepEqual(walked.media, whole.media);
    assert.ok(walked.warnings.some(({ code }) => code === 'damaged'));
  });

  test(`${sample.name} gives the same from a source of short reads`, async () => {
    const bytes = sample.bytes();
    const whole = await readBackupHeader(new CountingSource(bytes));
    assert.deepEqual(await readBackupHeader(new CountingSource(bytes, 1000)), whole);
  });

  test(`${sample.name} without its last block is reported as possibly cut short`, async () => {
    const bytes = sample.bytes();
    const whole = await readBackupHeader(new CountingSource(bytes));
    const cut = bytes.subarray(0, bytes.length - filemarkLength(whole));
    const header = await readBackupHeader(new CountingSource(cut));
    assert.deepEqual(header.sets, whole.sets);
    assert.ok(header.warnings.some(({ code }) => code === 'possibly-truncated'));
  });

  test(`${sample.name} with bytes appended is read to its end`, async () => {
    const bytes = sample.bytes();
    const whole = await readBackupHeader(new CountingSource(bytes));
    const longer = Buffer.concat([bytes, Buffer.alloc(70_000)]);
    const header = await readBackupHeader(new CountingSource(longer));
    assert.deepEqual(header.sets, whole.sets);
    assert.ok(header.warnings.some(({ code }) => code === 'trailing-bytes'));
  });
}

for (const sample of [...shippedSamples, ...sharedSamples]) testSample(sample);

test('all samples are there', { skip: skipWithoutShared }, () => {
  assert.equal(sharedSamples.length, 26);
});

test('the shipped samples are there', () => {
  assert.equal(shippedSamples.length, 2);
});

test('stripes of one backup belong together', { skip: skipWithoutShared }, async () => {
  const halves = sharedSamples.filter(({ name }) => /full-stripe\dof2/u.test(name));
  const headers = await Promise.all(
    halves.map(({ bytes }) => readBackupHeader(new CountingSource(bytes()))),
  );
  const [first, second] = headers;
  assert.equal(first?.media?.mediaSetId, second?.media?.mediaSetId);
  assert.equal(first?.sets[0]?.backupSetGuid, second?.sets[0]?.backupSetGuid);
  assert.deepEqual(
    headers.map(({ warnings }) => warnings.map(({ code }) => code)),
    [['stripe'], ['stripe']],
  );
  assert.match(first?.warnings[0]?.message ?? '', /stripe 1 of 2 .* all 2 files/u);
});
