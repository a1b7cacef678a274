import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { BackupHeader, BackupSet } from '../../../src/core/backupFile/backupHeader.js';
import { fileSource } from '../../../src/core/backupFile/fileSource.js';
import { readBackupHeader } from '../../../src/core/backupFile/readBackupHeader.js';
import {
  SyntheticBackup,
  type SyntheticFile,
  type SyntheticOptions,
  type SyntheticSet,
} from '../../support/syntheticBackup.js';
import { compressBackup } from '../../support/syntheticContainer.js';
import type { PhysicalBlock } from '../../support/tapeWriter.js';
import { CountingSource } from './sources.js';

/** `40:100:1` as SQL Server prints it. */
function decimal(lsn: string): string {
  const [vlf = '', block = '', slot = ''] = lsn.split(':');
  return `${vlf}${block.padStart(10, '0')}${slot.padStart(5, '0')}`;
}

function assertFiles(actual: BackupSet, set: SyntheticSet): void {
  const order = (f: SyntheticFile) => (f.filegroupId === 0 ? Infinity : f.filegroupId);
  const expected = set.files
    .map((file, i) => ({ ...file, fileId: i + 1 }))
    .sort((a, b) => order(a) - order(b) || a.fileId - b.fileId);
  assert.equal(actual.files.length, expected.length);
  for (const [i, file] of expected.entries()) {
    const { uniqueId, backupSizeBytes, ...rest } = actual.files[i] ?? assert.fail();
    assert.match(uniqueId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
    assert.equal(backupSizeBytes, file.type === 'D' ? set.dataBytes : 0);
    const filegroup = set.filegroups[file.filegroupId - 1] ?? null;
    assert.deepEqual(rest, { ...file, filegroup, sectorSize: set.sectorSize });
  }
}

function assertSet(actual: BackupSet, set: SyntheticSet, position: number): void {
  assert.equal(actual.position, position);
  assert.equal(actual.databaseName, set.database);
  assert.equal(actual.serverName, set.server);
  assert.equal(actual.machineName, set.machine);
  assert.equal(actual.userName, set.user);
  assert.equal(actual.backupName, set.backupName);
  assert.equal(actual.backupDescription, set.backupDescription);
  assert.equal(actual.backupType, set.type);
  assert.equal(actual.softwareVersion, set.version);
  assert.equal(actual.databaseVersion, set.databaseVersion);
  assert.equal(actual.compatibilityLevel, set.compatibilityLevel);
  assert.equal(actual.recoveryModel, set.recoveryModel);
  assert.equal(actual.isCopyOnly, set.copyOnly);
  assert.equal(actual.hasBackupChecksums, set.checksums);
  assert.equal(actual.hasSetPassword, set.setPassword);
  assert.equal(actual.backupStartDate, set.start);
  assert.equal(actual.backupFinishDate, set.finish);
  assert.equal(actual.expirationDate, set.expires || null);
  assert.equal(actual.timeZoneQuarterHours, set.utcOffsetQuarterHours);
  assert.equal(actual.firstLsn, decimal(set.lsn.first));
  assert.equal(actual.lastLsn, decimal(set.lsn.last));
  assert.equal(actual.headLastLsn, decimal(set.lsn.headLast));
  assert.equal(actual.checkpointLsn, decimal(set.lsn.checkpoint));
  assert.equal(actual.databaseBackupLsn, decimal(set.lsn.fullBackup));
  assert.equal(actual.differentialBaseLsn, set.differentialBase?.lsn ?? null);
  assert.equal(actual.differentialBaseGuid, set.differentialBase?.guid ?? null);
  assert.equal(actual.beginsLogChain, set.type === 'L');
  assert.equal(actual.collation, `0x${set.collation.toString(16)}`);
  assert.equal(actual.sortOrder, set.sortOrder);
  assertFiles(actual, set);
}

/** The header by the index and by the walk; both must say what went in. */
async function assertReadable(options: SyntheticOptions): Promise<BackupHeader> {
  const backup = new SyntheticBackup(options);
  const plain = backup.bytes();
  assert.equal(plain.length, backup.size);
  const files = { MTF: plain, MSSQLBAK: compressBackup(backup) };
  for (const [container, bytes] of Object.entries(files)) {
    const source = new CountingSource(bytes);
    const header = await readBackupHeader(source);
    assert.equal(header.container, container);
    assert.equal(header.complete, true);
    assert.equal(header.media?.softFilemarkBlockSize, backup.physicalBlock);
    assert.equal(header.sets.length, backup.sets.length);
    header.sets.forEach((set, i) => {
      assertSet(set, backup.sets[i] ?? assert.fail(), i + 1);
    });
    const codes = header.warnings.map(({ code }) => code);
    assert.ok(!codes.includes('damaged') && !codes.includes('not-final'), codes.join());

    const damaged = Buffer.from(bytes);
    damaged[damaged.length - backup.physicalBlock + 50]! ^= 0xff;
    const walked = await readBackupHeader(new CountingSource(damaged));
    assert.deepEqual(walked.sets, header.sets);
  }
  return readBackupHeader(new CountingSource(plain));
}

const log = (n: number): Partial<SyntheticSet> => ({
  type: 'L',
  start: `2024-03-02T0${n}:00:00`,
  finish: `2024-03-02T0${n}:00:09`,
  backupName: '',
  lsn: {
    first: `4${n}:0:1`,
    last: `4${n}:77:3`,
    headLast: `4${n}:70:1`,
    checkpoint: '41:5:6',
    fullBackup: '40:100:1',
  },
});

const blocks: PhysicalBlock[] = [512, 4096, 65536];
for (const physicalBlock of blocks) {
  test(`physical blocks of ${physicalBlock}: full, differential and four logs in one file`, async () => {
    const differentialBase = { lsn: '40:100:1', guid: '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9' };
    await assertReadable({
      physicalBlock,
      dataBytes: 320 * 1024,
      expires: '2024-12-31T23:59:59',
      backupDescription: 'before the release',
      more: [{ type: 'I', differentialBase, checksums: true }, ...[1, 2, 3, 4].map(log)],
    });
  });
}

const layouts = {
  '2005': { version: '9.0.5000', databaseVersion: 611, compatibilityLevel: 90 },
  '2008 R2': { version: '10.50.6000', databaseVersion: 661, compatibilityLevel: 100 },
  '2025': { version: '17.0.1050', databaseVersion: 998, compatibilityLevel: 170 },
};
for (const [name, layout] of Object.entries(layouts)) {
  test(`layout of ${name}, two sets`, async () => {
    const more = [{ ...layout, database: 'Other', recoveryModel: 'SIMPLE' as const }];
    const header = await assertReadable({ ...layout, more });
    assert.equal(header.sets[0]?.compressedBackupSize === null, name === '2005');
  });
}

test('names in Cyrillic, Turkish, Chinese and beyond the basic plane', async () => {
  await assertReadable({
    database: 'Продажи_İçğüş_销售数据_𠜎',
    server: 'СЕРВЕР\\ЭКЗЕМПЛЯР',
    machine: '服务器',
    user: 'ДОМЕН\\администратор',
    backupName: 'Полная копия базы — «Продажи»',
    sortOrder: 0,
    collation: 0x00d00419,
  });
});

test('hundreds of files in dozens of filegroups', async () => {
  const filegroups = ['PRIMARY', ...Array.from({ length: 40 }, (_, i) => `Год_${2000 + i}`)];
  const files = Array.from({ length: 700 }, (_, i): SyntheticFile => ({
    logicalName: `data_${i}`,
    physicalName: `D:\\Данные\\${'папка\\'.repeat(20)}data_${i}.ndf`,
    type: i % 350 === 349 ? 'L' : 'D',
    filegroupId: i % 350 === 349 ? 0 : 1 + (i % filegroups.length),
    sizeBytes: (i + 1) * 2 ** 30,
    maxSizeBytes: 35_184_372_080_640,
    growth: 10,
    growthIsPercent: i % 2 === 0,
  }));
  await assertReadable({ filegroups, files, dataBytes: 1024 * 1024, more: [log(1)] });
});

test('a stripe, media name and passwords', async () => {
  const header = await assertReadable({
    stripe: { number: 2, count: 3 },
    mediaName: 'Еженедельная',
    mediaPassword: true,
    setPassword: true,
    recoveryModel: 'BULK-LOGGED',
    copyOnly: true,
  });
  assert.equal(header.media?.familySequenceNumber, 2);
  assert.equal(header.media.familyCount, 3);
  assert.equal(header.media.mediaName, 'Еженедельная');
  assert.deepEqual(
    header.warnings.map(({ code }) => code),
    ['stripe', 'password', 'password'],
  );
});

test('more sets than one filemark can list', async () => {
  const backup = new SyntheticBackup({ type: 'L', more: Array(80).fill(log(1)) });
  const header = await readBackupHeader(new CountingSource(backup.bytes()));
  assert.deepEqual(
    header.sets.map(({ position }) => position),
    Array.from({ length: 81 }, (_, i) => i + 1),
  );
  assert.deepEqual(header.warnings, []);
});

test('a backup of a requested size on disk', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'synthetic-'));
  try {
    for (const size of [1_000_000, 5 * 1024 * 1024, 9_999_872]) {
      for (const [type, physicalBlock] of [
        ['D', 512],
        ['D', 4096],
        ['L', 512],
        ['L', 4096],
      ] as const) {
        const file = path.join(folder, `${size} ${type} Ж.bak`);
        const backup = new SyntheticBackup({ size, type, physicalBlock });
        await backup.writeTo(file);
        assert.equal((await stat(file)).size, Math.floor(size / physicalBlock) * physicalBlock);
        await using source = await fileSource(file);
        const header = await readBackupHeader(source);
        assert.equal(header.complete, true);
        assertSet(header.sets[0] ?? assert.fail(), backup.sets[0] ?? assert.fail(), 1);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('version 1 of the compressed container gives the head of every set', async () => {
  const backup = new SyntheticBackup({ dataBytes: 200 * 1024, more: [log(1)] });
  const bytes = compressBackup(backup, { version: 1 });
  const header = await readBackupHeader(new CountingSource(bytes));
  assert.equal(header.container, 'MSSQLBAK');
  assert.equal(header.compressed, true);
  assert.deepEqual(
    header.sets.map(({ databaseName, backupType }) => [databaseName, backupType]),
    [
      ['Sales', 'D'],
      ['Sales', 'L'],
    ],
  );
});
