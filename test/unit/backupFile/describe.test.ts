import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collationName } from '../../../src/core/backupFile/collation.js';
import {
  backupTypeText,
  flagNames,
  lsnText,
  productName,
  productOfDatabaseVersion,
  withUtcOffset,
} from '../../../src/core/backupFile/describe.js';
import { readBackupHeader } from '../../../src/core/backupFile/readBackupHeader.js';
import { sharedSamples, shippedSamples } from './samples.js';
import { CountingSource } from './sources.js';

test('product names', () => {
  assert.equal(productName('9.0.3077'), 'SQL Server 2005');
  assert.equal(productName('10.0.1600'), 'SQL Server 2008');
  assert.equal(productName('10.50.4042'), 'SQL Server 2008 R2');
  assert.equal(productName('15.00.4415.2.v1'), 'SQL Server 2019');
  assert.equal(productName('17.0.1050'), 'SQL Server 2025');
  assert.equal(productName('18.0.1'), 'SQL Server 18.0.1');
});

test('products of database versions', () => {
  assert.equal(productOfDatabaseVersion(611), 'SQL Server 2005');
  assert.equal(productOfDatabaseVersion(904), 'SQL Server 2019');
  // Between two releases: only the later one opens it.
  assert.equal(productOfDatabaseVersion(905), 'SQL Server 2022');
  assert.equal(productOfDatabaseVersion(1200), undefined);
});

test('the version and the database version of every sample name the same product', async () => {
  for (const { bytes, name } of [...shippedSamples, ...sharedSamples]) {
    for (const set of (await readBackupHeader(new CountingSource(bytes()))).sets)
      assert.equal(
        productName(set.softwareVersion),
        productOfDatabaseVersion(set.databaseVersion),
        name,
      );
  }
});

test('collations', () => {
  const windows = (bits: number) =>
    collationName({ sortOrder: 0, collation: `0x${bits.toString(16)}` });
  assert.equal(
    collationName({ sortOrder: 52, collation: '0xd00409' }),
    'SQL_Latin1_General_CP1_CI_AS',
  );
  assert.equal(windows(0x00d00419), 'Cyrillic_General_CI_AS');
  assert.equal(windows(0x00d00c0a), 'Modern_Spanish_CI_AS');
  assert.equal(windows(0x20f00409), 'Latin1_General_100_CI_AI');
  assert.equal(windows(0x00c0041f), 'Turkish_CS_AS');
  assert.equal(windows(0x30000411), 'Japanese_140_CS_AS_KS_WS');
  assert.equal(windows(0x24d00409), 'Latin1_General_100_CI_AS_UTF8');
  assert.equal(windows(0x02000409), 'Latin1_General_BIN2');
  assert.equal(windows(0x01000409), 'Latin1_General_BIN');
  assert.equal(windows(0x00d0ffff), undefined);
  assert.equal(collationName({ sortOrder: 255, collation: '0xd00409' }), undefined);
});

test('types, flags, LSNs and times in words', () => {
  assert.equal(backupTypeText({ backupType: 'D' }), 'Full');
  assert.equal(backupTypeText({ backupType: 'L' }), 'Transaction log');
  assert.equal(backupTypeText({ backupType: null }), 'Unknown type');
  assert.deepEqual(flagNames({ flags: 0x200 }), []);
  assert.deepEqual(flagNames({ flags: 0x610 }), ['copy-only', 'with checksums']);
  assert.equal(lsnText('25:116:37'), '25000000011600037');
  assert.equal(lsnText('25000000011600037'), '25000000011600037');
  assert.equal(withUtcOffset('2017-05-18T04:18:19', 8), '2017-05-18T04:18:19+02:00');
  assert.equal(withUtcOffset('2017-05-18T04:18:19', -14), '2017-05-18T04:18:19-03:30');
  assert.equal(withUtcOffset('2017-05-18T04:18:19', 127), '2017-05-18T04:18:19');
});
