import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bufferSource, type ByteSource } from '../../../src/core/byteSource.js';
import { CancelledError, EngineError } from '../../../src/core/errors.js';
import { readBackupHeader } from '../../../src/core/backupFile/readBackupHeader.js';
import { defaultFiles, SyntheticBackup } from '../../support/syntheticBackup.js';
import { compressBackup } from '../../support/syntheticContainer.js';
import { setHeaderChecksum } from './damage.js';
import { CountingSource, SparseSource } from './sources.js';

const TiB = 2 ** 40;

/** The same backup with its pages stretched to a huge size: `data` is where MQDA's pages begin. */
function stretched(bytes: Buffer, by: number): SparseSource {
  const stream = bytes.indexOf('MQDA');
  const data = stream + 22;
  const length = Number(bytes.readBigUInt64LE(stream + 8));
  const head = Buffer.from(bytes.subarray(0, data));
  head.writeBigUInt64LE(BigInt(length + by), stream + 8);
  setHeaderChecksum(head, stream, 10);

  const tail = Buffer.from(bytes.subarray(data + length));
  // Filemarks and logical addresses move along.
  for (let at = tail.indexOf('SFMB'); at >= 0; at = tail.indexOf('SFMB', at + 4)) {
    const count = tail.readUInt32LE(at + 56);
    for (let i = 0; i < count; i++) {
      const entry = at + 72 + 8 * i;
      const position = tail.readBigUInt64LE(entry);
      if (position > BigInt(data)) tail.writeBigUInt64LE(position + BigInt(by), entry);
    }
  }
  for (const type of ['MSTL', 'MSLS']) {
    for (let at = tail.indexOf(type); at >= 0; at = tail.indexOf(type, at + 4)) {
      tail.writeBigUInt64LE(tail.readBigUInt64LE(at + 20) + BigInt(by / 1024), at + 20);
      setHeaderChecksum(tail, at, 25);
    }
  }
  return new SparseSource(bytes.length + by, [
    { offset: 0, bytes: head },
    { offset: data + length + by, bytes: tail },
  ]);
}

test('a backup of 5 TiB costs three reads, and few more when its index is damaged', async () => {
  const bytes = new SyntheticBackup({ physicalBlock: 4096, dataBytes: 512 * 1024 }).bytes();
  const source = stretched(bytes, 5 * TiB);
  const header = await readBackupHeader(source);
  assert.equal(header.complete, true);
  assert.equal(header.sets[0]?.lastLsn, '40000000056000001');
  assert.ok(source.reads <= 3, `${source.reads} reads`);

  bytes[bytes.length - 4096 + 50]! ^= 1;
  const damaged = stretched(bytes, 5 * TiB);
  const walked = await readBackupHeader(damaged);
  assert.deepEqual(walked.sets, header.sets);
  assert.ok(damaged.reads <= 8, `${damaged.reads} reads`);
});

test('a backup cut in the middle of its pages shows its head and says so', async () => {
  const backup = new SyntheticBackup({ dataBytes: 2_000_000 });
  for (const bytes of [backup.bytes(), compressBackup(backup)]) {
    const cut = bytes.subarray(0, Math.floor(bytes.length / 2));
    const header = await readBackupHeader(bufferSource(cut));
    assert.equal(header.complete, false);
    assert.equal(header.sets[0]?.databaseName, 'Sales');
    assert.equal(header.sets[0].backupFinishDate, null);
    assert.equal(header.sets[0].lastLsn, header.sets[0].headLastLsn);
    const codes = header.warnings.map(({ code }) => code);
    assert.deepEqual(codes, ['possibly-truncated', 'not-final']);
  }
});

test('a backup cut before its description is an error', async () => {
  const backup = new SyntheticBackup();
  for (const bytes of [backup.bytes(), compressBackup(backup)]) {
    for (const length of [8, 60, 300, 600, 1100, 1600]) {
      await assert.rejects(readBackupHeader(bufferSource(bytes.subarray(0, length))), {
        code: 'backupFile/cut-short',
      });
    }
  }
});

test('damage among the blocks of data is stepped over by the index', async () => {
  const bytes = new SyntheticBackup({ dataBytes: 500_000 }).bytes();
  const block = bytes.indexOf('MSDA');
  bytes.fill(0, block, block + 52);
  const header = await readBackupHeader(bufferSource(bytes));
  assert.equal(header.complete, true);
  assert.equal(header.sets[0]?.backupFinishDate, '2024-03-01T00:10:03');
  assert.deepEqual(header.warnings, []);
});

test('a damaged set does not hide the others', async () => {
  const more = ['B', 'C', 'D'].map((database) => ({ database }));
  const bytes = new SyntheticBackup({ database: 'A', more }).bytes();
  let set = bytes.indexOf('SSET');
  set = bytes.indexOf('SSET', set + 4);
  bytes.fill(0xee, set, set + 52);
  const header = await readBackupHeader(bufferSource(bytes));
  assert.deepEqual(
    header.sets.map(({ databaseName }) => databaseName),
    ['A', 'C', 'D'],
  );
  assert.deepEqual(
    header.warnings.map(({ code }) => code),
    ['damaged'],
  );
});

test('when the description at the beginning is damaged, the one at the end is used', async () => {
  const bytes = new SyntheticBackup({ dataBytes: 500_000 }).bytes();
  const head = bytes.indexOf('MSCI');
  bytes.fill(0xee, head + 78, head + 400);
  const header = await readBackupHeader(bufferSource(bytes));
  const [set] = header.sets;
  assert.equal(set?.databaseName, 'Sales');
  assert.equal(set.headFirstLsn, null);
  assert.equal(set.backupFinishDate, '2024-03-01T00:10:03');
});

test('descriptions of different backups at both ends are noticed', async () => {
  const bytes = new SyntheticBackup({ database: 'Aaaa' }).bytes();
  const other = new SyntheticBackup({ database: 'Bbbb' }).bytes();
  const final = bytes.lastIndexOf('MSLS');
  assert.equal(other.lastIndexOf('MSLS'), final);
  other.copy(bytes, final, final, final + 3000);
  const header = await readBackupHeader(bufferSource(bytes));
  assert.ok(header.warnings.some(({ code }) => code === 'copies-differ'));
});

test('an encrypted container says only that', async () => {
  const backup = new SyntheticBackup();
  for (const [flags, compressed] of [
    [0x5, false],
    [0x7, true],
    [0x2f, true],
  ] as const) {
    const header = await readBackupHeader(bufferSource(compressBackup(backup, { flags })));
    const { container, encrypted, media, sets, complete } = header;
    assert.deepEqual(
      { container, encrypted, media, sets, complete, compressed: header.compressed },
      { container: 'MSSQLBAK', encrypted: true, media: null, sets: [], complete: null, compressed },
    );
    assert.deepEqual(
      header.warnings.map(({ code }) => code),
      ['encrypted'],
    );
  }
});

test('a compressed container of an unknown algorithm says so', async () => {
  const bytes = compressBackup(new SyntheticBackup());
  // The first record's payload becomes something with a right checksum that is no Huffman table.
  const length = bytes.readUInt16LE(0x1e0 + 2);
  bytes.fill(0, 0x1e0 + 28, 0x1e0 + 28 + length);
  bytes.writeUInt32LE(0, 0x1e0 + 24);
  const header = await readBackupHeader(bufferSource(bytes));
  assert.equal(header.compressed, true);
  assert.equal(header.media, null);
  assert.deepEqual(
    header.warnings.map(({ code }) => code),
    ['header-unreadable'],
  );
});

test('a version 1 container that holds no readable record says so', async () => {
  const bytes = Buffer.alloc(50_000, 0x5a);
  bytes.write('MSSQLBAK\x01\0\0\0\x03\0\0\0', 0, 'latin1');
  const header = await readBackupHeader(bufferSource(bytes));
  assert.deepEqual(
    header.warnings.map(({ code }) => code),
    ['header-unreadable'],
  );
});

test('a file of nothing but tiny streams is given up in bounded work', async () => {
  const bytes = new SyntheticBackup({ dataBytes: 16 * 1024 * 1024, content: 'zeros' }).bytes();
  // From the first data block on: empty streams, each with a right checksum, none of them the last.
  const stream = Buffer.alloc(24);
  stream.write('AAAA', 0, 'latin1');
  setHeaderChecksum(stream, 0, 10);
  const block = bytes.indexOf('MSDA');
  for (let at = block + 60; at + 24 <= bytes.length; at += 24) stream.copy(bytes, at);
  const source = new CountingSource(bytes);
  const header = await readBackupHeader(source);
  assert.equal(header.sets[0]?.databaseName, 'Sales');
  assert.ok(header.warnings.some(({ code }) => code === 'limit'));
  assert.ok(source.reads < 100, `${source.reads} reads`);
});

test('a description that claims to be huge is read in small pieces', async () => {
  const bytes = new SyntheticBackup().bytes();
  const stream = bytes.indexOf('MQCI');
  bytes.writeBigUInt64LE(2n ** 45n, stream + 8);
  setHeaderChecksum(bytes, stream, 10);
  bytes.writeUInt32LE(0xffffffff, stream + 22 + 4);
  const source = new CountingSource(Buffer.concat([bytes, Buffer.alloc(100)]), Infinity, 10 * TiB);
  await assert.rejects(readBackupHeader(source), (error) => error instanceof EngineError);
  assert.ok(source.longestRead <= 1024 * 1024, `${source.longestRead} bytes at once`);
});

test('the most files a database may have, in little memory at a time', async () => {
  const [rows = assert.fail()] = defaultFiles('Sales');
  const files = Array.from({ length: 32_767 }, (_, i) => ({ ...rows, logicalName: `data_${i}` }));
  const bytes = new SyntheticBackup({ files, dataBytes: 0, content: 'zeros' }).bytes();
  const source = new CountingSource(bytes);
  const header = await readBackupHeader(source);
  assert.deepEqual(header.warnings, []);
  assert.equal(header.sets[0]?.files.length, 32_767);
  assert.equal(header.sets[0].files.at(-1)?.logicalName, 'data_32766');
  assert.ok(source.longestRead <= 1024 * 1024, `${source.longestRead} bytes at once`);
});

test('a set of another program is left out', async () => {
  const bytes = new SyntheticBackup({ more: [{ database: 'B' }] }).bytes();
  bytes.writeUInt16LE(0x0a00, bytes.lastIndexOf('SSET') + 60);
  const header = await readBackupHeader(bufferSource(bytes));
  assert.equal(header.sets.length, 1);
  assert.deepEqual(
    header.warnings.map(({ code }) => code),
    ['foreign-set'],
  );
});

test('a backup whose description is unknown because it is too old says so', async () => {
  const bytes = new SyntheticBackup({ version: '8.0.2039' }).bytes();
  for (let at = bytes.indexOf('SCIN'); at >= 0; at = bytes.indexOf('SCIN', at))
    bytes[at + 3] = 0x58;
  await assert.rejects(readBackupHeader(bufferSource(bytes)), { code: 'backupFile/too-old' });
});

test('a cancelled read stops before the next one', async () => {
  const controller = new AbortController();
  const inner = bufferSource(new SyntheticBackup({ dataBytes: 1_000_000 }).bytes());
  const source: ByteSource = {
    size: inner.size,
    read: (offset, length) => {
      controller.abort();
      return inner.read(offset, length);
    },
  };
  await assert.rejects(readBackupHeader(source, { signal: controller.signal }), CancelledError);
});

test('an error of the source comes through as it is', async () => {
  const broken = new EngineError('s3/denied', 'Access denied.');
  const source: ByteSource = { size: 1000, read: () => Promise.reject(broken) };
  await assert.rejects(readBackupHeader(source), broken);
});
