import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bufferSource } from '../../../src/core/byteSource.js';
import { EngineError } from '../../../src/core/errors.js';
import { looksLikeBackup } from '../../../src/core/backupFile/looksLikeBackup.js';
import { readBackupHeader } from '../../../src/core/backupFile/readBackupHeader.js';
import { SyntheticBackup } from '../../support/syntheticBackup.js';
import { shippedSamples } from './samples.js';

function noise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`noise ${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/** A sound tape header of another program: another vendor id, checksum made right again. */
function foreignTape(): Buffer {
  const bytes = new SyntheticBackup().bytes();
  bytes.writeUInt16LE(0x0a00, 86);
  return bytes;
}

const page = Buffer.alloc(8192);
page[0] = 1;
page[1] = 15;

const cases: readonly (readonly [name: string, kind: string, bytes: Buffer, says: RegExp])[] = [
  ['a bacpac', 'bacpac', Buffer.from('PK\x03\x04..........model.xml......'), /SqlPackage/u],
  ['a zip', 'archive', Buffer.from('PK\x03\x04..........Sales.bak......'), /zip archive/u],
  ['a gzipped backup', 'archive', gzipSync(noise(500)), /gzip/u],
  ['a 7-Zip archive', 'archive', Buffer.from('7z\xbc\xaf\x27\x1c\x00\x04....', 'latin1'), /7-Zip/u],
  [
    'a SQL script',
    'sql-script',
    Buffer.from('/* nightly */\r\nUSE [Sales]\r\nGO\r\n'),
    /SQL script/u,
  ],
  [
    'a SQL script in UTF-16',
    'sql-script',
    Buffer.from('\ufeffCREATE TABLE [Заказы] (id int)\r\nGO', 'utf16le'),
    /SQL script/u,
  ],
  [
    'an error page of S3',
    'error-page',
    Buffer.from('<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>'),
    /error message/u,
  ],
  ['a text', 'text', Buffer.from('Dear DBA,\nthe database is gone.\n'), /text file/u],
  ['zeros', 'zeros', Buffer.alloc(100_000), /nothing but zeros/u],
  ['a database file', 'database-file', page, /\.mdf/u],
  ['a client-side encrypted object', 'encrypted', noise(64 * 1024), /still encrypted/u],
  ['random bytes', 'encrypted', noise(64 * 1024 + 3), /look encrypted or compressed/u],
  ['a PostgreSQL dump', 'other-database', Buffer.from('PGDMP\x01\x0e\x00\x04\x08'), /PostgreSQL/u],
  [
    'a Git LFS pointer',
    'git-lfs',
    Buffer.from('version https://git-lfs.github.com/spec/v1\n'),
    /lfs/u,
  ],
  ['a backup of another tape program', 'other-tape', foreignTape(), /another program/u],
  [
    'a LiteSpeed backup',
    'backup-tool',
    Buffer.concat([Buffer.from([1, 0, 0, 2, 0xff, 0xfe, 3]), Buffer.from('LiteSpeed'), noise(99)]),
    /Quest LiteSpeed/u,
  ],
  ['something else', 'unknown', Buffer.from([0, 1, 2, 3, 0, 0, 0, 9, 0, 0]), /BACKUP DATABASE/u],
  ['one byte', 'text', Buffer.from('T'), /text file/u],
];

for (const [name, kind, bytes, says] of cases) {
  test(`${name} is refused with what it is`, async () => {
    assert.equal(looksLikeBackup(bytes), false);
    await assert.rejects(readBackupHeader(bufferSource(bytes)), (error) => {
      assert.ok(error instanceof EngineError);
      assert.equal(error.code, 'backupFile/not-a-backup');
      assert.equal(error.details['kind'], kind);
      assert.match(error.message, says);
      return true;
    });
  });
}

test('an empty source is refused', async () => {
  await assert.rejects(readBackupHeader(bufferSource(Buffer.alloc(0))), {
    code: 'backupFile/empty',
  });
});

test('real backups look like backups, from their first eight bytes on', () => {
  for (const { bytes } of shippedSamples) {
    assert.equal(looksLikeBackup(bytes().subarray(0, 8)), true);
    assert.equal(looksLikeBackup(bytes().subarray(0, 100_000)), true);
  }
});
