import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type sql from 'mssql';
import { startSqlServers, type SqlServers } from './sqlServer.js';
import {
  backup,
  call,
  type Parameters,
  plainInfo,
  submit,
  type TaskRow,
  waitFor,
} from './tasks.js';

const lsn = (first: string, last: string, checkpoint: string, fullBackup: string) => ({
  first,
  last,
  headLast: last,
  checkpoint,
  fullBackup,
});

const full = backup({ lsn: lsn('40:100:1', '40:200:1', '40:100:1', '0:0:0') });
const differential = backup({
  type: 'I',
  lsn: lsn('40:300:1', '40:400:1', '40:300:1', '40:100:1'),
});
const log = (first: string, last: string) =>
  backup({ type: 'L', lsn: lsn(first, last, '40:100:1', '40:100:1') });

describe('a restore in several steps', () => {
  let servers: SqlServers;
  let pool: sql.ConnectionPool;

  before(async () => {
    servers = await startSqlServers(50);
    pool = await servers.connect();
    servers.cloud.put('full.bak', full);
    servers.cloud.put('diff.bak', differential);
    servers.cloud.put('log1.trn', log('40:150:1', '40:350:1'));
    servers.cloud.put('log2.trn', log('40:350:1', '40:500:1'));
    servers.cloud.put('log3.trn', log('40:500:1', '40:600:1'));
    servers.cloud.put('other.trn', backup({ type: 'L', seed: 'other' }));
  });
  after(() => servers.close());

  async function run(procedure: string, key: string, more: Parameters = {}): Promise<TaskRow> {
    const id = await submit(
      pool,
      { restore_db_name: 'Steps', s3_arn_to_restore_from: `arn:aws:s3:::backups/${key}`, ...more },
      `msdb.dbo.${procedure}`,
    );
    return waitFor(pool, id);
  }
  const restoreStep = (key: string, more: Parameters) => run('rds_restore_database', key, more);
  const restoreLog = (key: string, more: Parameters = {}) => run('rds_restore_log', key, more);
  const state = async () => {
    const { recordset } = await pool
      .request()
      .query("SELECT state_desc FROM sys.databases WHERE name = 'Steps'");
    return (recordset[0] as { state_desc: string } | undefined)?.state_desc;
  };
  const failed = (row: TaskRow, reason: RegExp) => {
    assert.equal(row.lifecycle, 'ERROR', row.task_info);
    assert.match(plainInfo(row), reason);
  };

  it('needs the full backup first', async () => {
    failed(
      await restoreStep('diff.bak', { type: 'DIFFERENTIAL', with_norecovery: true }),
      /The database "Steps" does not exist\. RESTORE can only create a database when restoring either a full backup or a file backup of the primary file\. RESTORE DATABASE is terminating abnormally\./,
    );
    failed(await restoreLog('log1.trn'), /The database "Steps" does not exist\..* RESTORE LOG is/);
  });

  it('leaves the database RESTORING and closed', async () => {
    const row = await restoreStep('full.bak', { with_norecovery: true });
    assert.equal(row.task_type, 'RESTORE_DB_NORECOVERY');
    assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    assert.equal(await state(), 'RESTORING');
    await assert.rejects(pool.request().batch('USE Steps'), {
      number: 927,
      message: "Database 'Steps' cannot be opened. It is in the middle of a restore.",
    });
    await assert.rejects(servers.connect({ database: 'Steps' }));
  });

  it('takes log backups only in their order', async () => {
    failed(
      await restoreLog('log2.trn'),
      /The log in this backup set begins at LSN 40000000035000001, which is too recent to apply to the database\. An earlier log backup that includes LSN 40000000020000001 can be restored\. RESTORE LOG is terminating abnormally\. Aborted the task because of a task failure or a concurrent RESTORE_DB_LOG_NORECOVERY request\./,
    );
    failed(
      await restoreLog('other.trn'),
      /holds a backup of a database other than the existing 'Steps' database/,
    );
    failed(await restoreLog('full.bak'), /The backup is not a transaction log backup\./);
  });

  it('goes on with a differential and logs, and ends with recovery', async () => {
    const diff = await restoreStep('diff.bak', { type: 'DIFFERENTIAL', with_norecovery: true });
    assert.equal(diff.lifecycle, 'SUCCESS', diff.task_info);
    assert.equal(diff.task_type, 'RESTORE_DB_DIFFERENTIAL_NORECOVERY');
    failed(
      await restoreLog('log1.trn'),
      /The log in this backup set terminates at LSN 40000000035000001, which is too early to apply to the database\. A more recent log backup that includes LSN 40000000040000001 can be restored\./,
    );
    const second = await restoreLog('log2.trn');
    assert.equal(second.lifecycle, 'SUCCESS', second.task_info);
    assert.match(plainInfo(second), /RESTORE LOG successfully processed \d+ pages in/);
    const third = await restoreLog('log3.trn', { with_norecovery: false });
    assert.equal(third.task_type, 'RESTORE_DB_LOG');
    assert.equal(third.lifecycle, 'SUCCESS', third.task_info);
    assert.equal(await state(), 'ONLINE');
    failed(
      await restoreLog('log3.trn'),
      /The log or differential backup cannot be restored because no files are ready to rollforward\./,
    );
  });

  it('is finished by rds_finish_restore', async () => {
    await call(pool, 'msdb.dbo.rds_drop_database', { db_name: 'Steps' });
    assert.equal(await state(), undefined);
    await restoreStep('full.bak', { with_norecovery: true });
    const finish = async () => {
      const { recordset } = await call(pool, 'msdb.dbo.rds_finish_restore', { db_name: 'steps' });
      return waitFor(pool, (recordset[0] as { task_id: number }).task_id);
    };
    const row = await finish();
    assert.equal(row.task_type, 'FINISH_RESTORE');
    assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    assert.equal(await state(), 'ONLINE');
    failed(await finish(), /The database is already fully recovered\./);
  });

  it('refuses a differential of another full backup', async () => {
    await call(pool, 'msdb.dbo.rds_drop_database', { db_name: 'Steps' });
    const later = backup({ lsn: lsn('40:250:1', '40:260:1', '40:250:1', '40:100:1') });
    servers.cloud.put('later.bak', later);
    await restoreStep('later.bak', { with_norecovery: true });
    failed(
      await restoreStep('diff.bak', { type: 'DIFFERENTIAL', with_norecovery: false }),
      /This differential backup cannot be restored because the database has not been restored to the correct earlier state\./,
    );
  });

  it('queues differential and log behind a full restore without recovery', async () => {
    await call(pool, 'msdb.dbo.rds_drop_database', { db_name: 'Steps' });
    const arn = (key: string) => `arn:aws:s3:::backups/${key}`;
    const queue = (procedure: string, key: string, more: Parameters) =>
      submit(
        pool,
        { restore_db_name: 'Steps', s3_arn_to_restore_from: arn(key), ...more },
        `msdb.dbo.${procedure}`,
      );
    const ids = [
      await queue('rds_restore_database', 'full.bak', { with_norecovery: true }),
      await queue('rds_restore_database', 'diff.bak', {
        type: 'DIFFERENTIAL',
        with_norecovery: true,
      }),
      await queue('rds_restore_log', 'log2.trn', { with_norecovery: false }),
    ];
    await assert.rejects(
      queue('rds_restore_log', 'log3.trn', {}),
      /A task has already been issued for database: Steps/,
    );
    for (const id of ids) {
      const row = await waitFor(pool, id);
      assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    }
    assert.equal(await state(), 'ONLINE');
  });
});
