import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type sql from 'mssql';
import type { SyntheticOptions } from '../../support/syntheticBackup.js';
import { startSqlServers, type SqlServers } from './sqlServer.js';
import { backup, databaseNames, plainInfo, restore, waitFor } from './tasks.js';

const frame = 'Aborted the task because of a task failure or a concurrent RESTORE_DB request.';
const guid = '[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}';
const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

describe('what the RDS agent refuses, in the real words', () => {
  let servers: SqlServers;
  let pool: sql.ConnectionPool;
  let keyArn: string;

  before(async () => {
    servers = await startSqlServers();
    pool = await servers.connect();
    keyArn = servers.cloud.addKey();
  });
  after(() => servers.close());

  /** Runs a restore that must fail and nothing may come of. */
  async function failure(arn: string, key?: string, connection = pool): Promise<string> {
    const before = await databaseNames(connection);
    const more = key === undefined ? {} : { kms_master_key_arn: key };
    const row = await waitFor(connection, await restore(connection, 'Refused', arn, more));
    assert.equal(row.lifecycle, 'ERROR', row.task_info);
    assert.deepEqual(await databaseNames(connection), before);
    return plainInfo(row);
  }

  const engine = (reason: string, file: string, last = 'Task has been aborted') =>
    `Task execution has started. ${reason} ${frame} ${file}: S3 processing has been aborted ${last}`;

  it('a bucket in another Region', async () => {
    const arn = servers.cloud.put('a.bak', backup(), {}, 'elsewhere');
    assert.equal(
      await failure(arn),
      `${frame} Access Denied. Please specify a bucket that is in the same region as RDS instance.`,
    );
  });

  it('a bucket that does not exist, or an ARN that is none', async () => {
    for (const arn of ['arn:aws:s3:::nowhere/a.bak', 's3://backups/a.bak', 'backups/a.bak']) {
      assert.equal(await failure(arn), `${frame} The specified bucket does not exist`);
    }
  });

  it('a key that does not exist, or a prefix that matches nothing', async () => {
    for (const arn of ['arn:aws:s3:::backups/none.bak', 'arn:aws:s3:::backups/none*']) {
      assert.equal(await failure(arn), `${frame} The specified key does not exist.`);
    }
  });

  it('more than ten files', async () => {
    for (let n = 0; n < 11; n++) servers.cloud.put(`many/${n}.bak`, backup());
    assert.equal(
      await failure('arn:aws:s3:::backups/many/*'),
      `${frame} The Restore task is unable to restore from more than 10 backup file(s). Please reduce the number of files matched and try again.`,
    );
  });

  it('a role that may not read, or does not trust RDS', async () => {
    const arn = servers.cloud.put('denied.bak', backup());
    servers.cloud.denied.add('s3:GetObject');
    assert.equal(await failure(arn), `${frame} Access Denied`);
    servers.cloud.denied.clear();
    servers.cloud.trustsRds = false;
    assert.equal(await failure(arn), `${frame} Access Denied`);
    servers.cloud.trustsRds = true;
  });

  it('a role that may not use the key', async () => {
    const arn = servers.cloud.putEncrypted('kms.bak', backup(), keyArn);
    servers.cloud.denied.add('kms:Decrypt');
    assert.equal(
      await failure(arn, keyArn),
      `${frame} User: arn:aws:sts::123456789012:assumed-role/rds-backup-restore/RDS-SQLServerBackup is not authorized to perform kms:Decrypt on resource ${keyArn}`,
    );
    servers.cloud.denied.clear();
  });

  it('a disabled key', async () => {
    const disabled = servers.cloud.addKey();
    const arn = servers.cloud.putEncrypted('disabled.bak', backup(), disabled);
    servers.cloud.disableKey(disabled);
    assert.equal(await failure(arn, disabled), `${frame} ${disabled} is disabled.`);
  });

  for (const [what, changes, named] of [
    ['no IV', { 'x-amz-iv': undefined }, 'x-amz-iv'],
    ['a short IV', { 'x-amz-iv': 'AAAA' }, 'x-amz-iv'],
    ['a key that is not base64', { 'x-amz-key': '???' }, 'x-amz-key'],
  ] as const) {
    it(`a V1 envelope with ${what}`, async () => {
      const arn = servers.cloud.putEncrypted('v1.bak', backup(), keyArn, 'v1', changes);
      assert.equal(
        await failure(arn, keyArn),
        `${frame} Object metadata (${named}) incomplete, cannot decrypt the given S3 object.`,
      );
    });
  }

  for (const [header, value] of [
    ['x-amz-cek-alg', 'AES/GCM/NoPadding'],
    ['x-amz-wrap-alg', 'kms+context'],
    ['x-amz-matdesc', 'no JSON'],
  ] as const) {
    it(`a V2 envelope with ${header} ${value}`, async () => {
      const arn = servers.cloud.putEncrypted('v2.bak', backup(), keyArn, 'v2', { [header]: value });
      assert.equal(
        await failure(arn, keyArn),
        `${frame} Object metadata (${header}) incomplete, cannot decrypt the given S3 object.`,
      );
    });
  }

  it('an encrypted object whose end is cut off', async () => {
    const whole = backup({ dataBytes: 256 * 1024 });
    const arn = servers.cloud.putEncrypted('cut.bak', whole, keyArn);
    const stored = servers.cloud.objectBytes('cut.bak');
    servers.cloud.replaceBytes('cut.bak', stored.subarray(0, stored.length - 16));
    assert.match(await failure(arn, keyArn), /Padding is invalid and cannot be removed\.$/);
    servers.cloud.replaceBytes('cut.bak', stored.subarray(0, stored.length - 7));
    assert.match(await failure(arn, keyArn), /The input data is not a complete block\.$/);
  });

  it('files that are not backups', async () => {
    for (const bytes of [Buffer.from('PK\u0003\u0004 a bacpac'), Buffer.alloc(5000, 7)]) {
      const info = await failure(servers.cloud.put('other.bak', bytes));
      const expected = engine(
        `The media family on device ‘${guid}’ is incorrectly formed. SQL Server cannot process this media family. RESTORE FILELIST is terminating abnormally.`,
        'other.bak',
        'Invalid attempt to read when no data is present.',
      );
      assert.match(info, new RegExp(`^${expected}$`));
    }
  });

  it('an empty file and one that was cut short', async () => {
    assert.equal(
      await failure(servers.cloud.put('empty.bak', Buffer.alloc(0))),
      engine(
        'Unexpected end of file while reading beginning of backup set. Confirm that the media contains a valid SQL Server backup set, and see the console error log for more details. RESTORE FILELIST is terminating abnormally.',
        'empty.bak',
      ),
    );
    const whole = backup({ dataBytes: 512 * 1024 });
    const cut = await failure(servers.cloud.put('short.bak', whole.subarray(0, 200_000)));
    assert.match(
      cut,
      new RegExp(
        `The backup set on device '${guid}' was terminated while it was being created and is incomplete\\. RESTORE sequence is terminated abnormally\\.`,
      ),
    );
  });

  it('a backup of a later version', async () => {
    const arn = servers.cloud.put('new.bak', backup({ version: '16.0.537' }));
    assert.equal(
      await failure(arn),
      engine(
        'The database was backed up on a server running version 16.00.0537. That version is incompatible with this server, which is running version 15.00.4415. Either restore the database on a server that supports the backup, or use a backup that is compatible with this server. RESTORE FILELIST is terminating abnormally.',
        'new.bak',
      ),
    );
  });

  it('a backup that needs a password', async () => {
    const arn = servers.cloud.put('password.bak', backup({ mediaPassword: true }));
    assert.match(await failure(arn), /Access is denied due to a password failure\./);
  });

  it('a stripe without the others, and files that are no stripes of it', async () => {
    const stripe = (number: number, count: number, seed: string) =>
      backup({ stripe: { number, count }, seed });
    servers.cloud.put('stripes/1.bak', stripe(1, 4, 'a'));
    assert.match(
      await failure('arn:aws:s3:::backups/stripes/1.bak'),
      /The media set has 4 media families but only 1 are provided\. All members must be provided\. RESTORE FILELIST is terminating abnormally\./,
    );
    servers.cloud.put('alone/1.bak', stripe(1, 1, 'b'));
    servers.cloud.put('alone/2.bak', stripe(1, 1, 'c'));
    assert.match(
      await failure('arn:aws:s3:::backups/alone/*'),
      new RegExp(
        `The media loaded on "${guid}" is formatted to support 1 media families, but 2 media families are expected according to the backup device specification\\.`,
      ),
    );
    servers.cloud.put('twice/1.bak', stripe(1, 2, 'd'));
    servers.cloud.put('twice/2.bak', stripe(1, 2, 'd'));
    assert.match(
      await failure('arn:aws:s3:::backups/twice/*'),
      new RegExp(
        `The backup media on "${guid}" is part of media family 1 which has already been processed on "${guid}"\\.`,
      ),
    );
    servers.cloud.put('mixed/1.bak', stripe(1, 2, 'e'));
    servers.cloud.put('mixed/2.bak', stripe(2, 2, 'f'));
    assert.match(
      await failure('arn:aws:s3:::backups/mixed/*'),
      /is not part of the media set that is currently being processed/,
    );
  });

  const sized = (bytes: number): SyntheticOptions => ({
    files: [
      {
        logicalName: 'Big',
        physicalName: 'C:\\Big.mdf',
        type: 'D',
        filegroupId: 1,
        sizeBytes: bytes,
        maxSizeBytes: 2 * bytes,
        growth: MiB,
        growthIsPercent: false,
      },
    ],
  });

  it('a database that does not fit', async () => {
    const arn = servers.cloud.put('big.bak', backup(sized(21 * GiB)));
    assert.equal(
      await failure(arn),
      engine(
        `There is insufficient free space on disk volume 'D:\\' to create the database. The database requires ${21 * GiB} additional free bytes, while only ${20 * GiB} bytes are available. RESTORE DATABASE is terminating abnormally.`,
        'big.bak',
      ),
    );
  });

  it('more than 10 GB on Express', async () => {
    servers.cloud.putInstance('express', { engine: 'sqlserver-ex' });
    const connection = await servers.connect({ instance: 'express' });
    const arn = servers.cloud.put('eleven.bak', backup(sized(11 * GiB)));
    assert.match(
      await failure(arn, undefined, connection),
      /the resulting cumulative database size would exceed your licensed limit of 10240 MB per database\./,
    );
  });

  it('another recovery model than FULL on Multi-AZ', async () => {
    servers.cloud.putInstance('multi', { multiAz: true });
    const connection = await servers.connect({ instance: 'multi' });
    const arn = servers.cloud.put('simple.bak', backup({ recoveryModel: 'SIMPLE' }));
    assert.match(
      await failure(arn, undefined, connection),
      /Task ID \d+ \(RESTORE_DB\) exception: Database Refused cannot be restored to a Multi-AZ DB instance/,
    );
  });

  it('a second copy of a database, before SQL Server 2019', async () => {
    servers.cloud.putInstance('old', { engineVersion: '14.00.3465.1.v1' });
    const connection = await servers.connect({ instance: 'old' });
    const arn = servers.cloud.put('copy.bak', backup({ version: '14.0.2000' }));
    const first = await waitFor(connection, await restore(connection, 'Original', arn));
    assert.equal(first.lifecycle, 'SUCCESS', first.task_info);
    assert.match(
      await failure(arn, undefined, connection),
      new RegExp(
        `^Task execution has started\\. ${frame} copy\\.bak: S3 processing has been aborted Task ID \\d+ \\(RESTORE_DB\\) exception: Database Refused cannot be restored because there is already an existing database with the same file_guids on the instance\\.$`,
      ),
    );
  });

  it('a differential or a log backup as a full restore', async () => {
    for (const type of ['I', 'L'] as const) {
      const arn = servers.cloud.put(`${type}.bak`, backup({ type }));
      assert.match(
        await failure(arn),
        /The database "Refused" does not exist\. RESTORE can only create a database when restoring either a full backup/,
      );
    }
  });
});
