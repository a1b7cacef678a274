import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bufferSource } from '../../../src/core/byteSource.js';
import { readBackupHeader } from '../../../src/core/backupFile/readBackupHeader.js';
import { hasTdeKeyRecord, looksRandom } from '../../../src/core/backupFile/tdeHints.js';
import { SyntheticBackup } from '../../support/syntheticBackup.js';
import { compressBackup } from '../../support/syntheticContainer.js';
import { seededRandom } from './seededRandom.js';

const random = seededRandom('tde');
const number = (value: number) => Buffer.from([value & 255, value >> 8, 0, 0]);

async function warningCodes(bytes: Buffer): Promise<string[]> {
  return (await readBackupHeader(bufferSource(bytes))).warnings.map(({ code }) => code);
}

test('pages flagged as encrypted', async () => {
  const bytes = new SyntheticBackup({ dataBytes: 64 * 1024 }).bytes();
  assert.deepEqual(await warningCodes(bytes), []);
  const pages = bytes.indexOf('MQDA') + 24;
  for (let page = 1; page < 8; page++) bytes.writeUInt16LE(0x0208, pages + page * 8192 + 4);
  assert.deepEqual(await warningCodes(bytes), ['probably-tde']);
});

test('the flags of a compressed backup', async () => {
  const bytes = compressBackup(new SyntheticBackup(), { flags: 0x2b });
  assert.deepEqual(await warningCodes(bytes), ['probably-tde']);
});

test('a wrapped key in the description', () => {
  const around = (key: Buffer) =>
    Buffer.concat([Buffer.alloc(50), number(20), random.bytes(20), key, Buffer.alloc(50)]);
  for (const length of [128, 256, 384, 512])
    assert.ok(hasTdeKeyRecord(around(Buffer.concat([number(length), random.bytes(length)]))));
  assert.ok(!hasTdeKeyRecord(around(Buffer.concat([number(256), Buffer.alloc(256)]))));
  assert.ok(!hasTdeKeyRecord(around(Buffer.concat([number(257), random.bytes(257)]))));
  assert.ok(!hasTdeKeyRecord(Buffer.concat([number(20), random.bytes(20), number(256)])));
  assert.ok(!hasTdeKeyRecord(number(20)));
});

test('random bytes are told from text and numbers', () => {
  assert.ok(looksRandom(random.bytes(4096)));
  assert.ok(looksRandom(random.bytes(65_536)));
  assert.ok(!looksRandom(Buffer.from('SELECT name FROM sys.databases; '.repeat(200))));
  assert.ok(!looksRandom(Buffer.alloc(65_536)));
  assert.ok(!looksRandom(random.bytes(100)));
});
