import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type sql from 'mssql';
import { startSqlServers, type SqlServers } from './sqlServer.js';
import { backup, call, type Parameters, restore, waitFor } from './tasks.js';

describe('what rds_restore_database refuses at once, in the real words', () => {
  let servers: SqlServers;
  let pool: sql.ConnectionPool;
  let arn: string;

  before(async () => {
    servers = await startSqlServers(25);
    pool = await servers.connect();
    arn = servers.cloud.put('a.bak', backup());
  });
  after(() => servers.close());

  const submit = (more: Parameters) =>
    call(pool, 'msdb.dbo.rds_restore_database', {
      restore_db_name: 'New',
      s3_arn_to_restore_from: arn,
      ...more,
    });
  const refused = (more: Parameters, message: string | RegExp) =>
    assert.rejects(submit(more), { message, procName: 'rds_restore_database' });

  it('an instance whose option is missing or not in force', async () => {
    const { optionGroup } = servers.cloud.instance('ready')!;
    const expected = {
      message:
        'Database backup/restore option is not enabled yet or is in the process of being enabled. Please try again later.',
    };
    for (const changes of [{ status: 'pending-apply' }, { status: 'applying' }, { options: [] }]) {
      servers.cloud.putInstance('ready', { optionGroup: { ...optionGroup, ...changes } });
      await assert.rejects(submit({}), expected);
    }
    servers.cloud.putInstance('ready', { optionGroup });
  });

  it('an empty ARN', async () => {
    for (const s3_arn_to_restore_from of ['', '  ', null]) {
      await refused({ s3_arn_to_restore_from }, 'S3 ARN prefix cannot be empty');
    }
  });

  it('a name that exists, in whatever case or with other accents', async () => {
    const id = await restore(pool, 'Größe', arn);
    assert.equal((await waitFor(pool, id)).lifecycle, 'SUCCESS');
    for (const restore_db_name of ['Größe', 'GRÖSSE', 'grosse', 'MASTER', 'rdsadmin']) {
      await refused(
        { restore_db_name },
        /^Database '[^']+' already exists\. Two databases that differ only by case or accent are not allowed\. Choose a different database name\.$/,
      );
    }
  });

  it('a database for which a task is pending', async () => {
    const id = await restore(pool, 'Pending', arn);
    await refused(
      { restore_db_name: 'pending' },
      `A task has already been issued for database: pending with task Id: ${id}, please try again later.`,
    );
    await waitFor(pool, id);
  });

  it('values that no restore takes', async () => {
    await refused({ type: 'LOG' }, /'LOG' is not valid for @type/);
    await refused({ data_file_volume: 'C:' }, /'C:' is not valid for @data_file_volume/);
    await refused({ block_size: 1000 }, 'Invalid value specified for BLOCKSIZE parameter.');
    await refused(
      { max_transfer_size: 1 },
      'Invalid value specified for MAXTRANSFERSIZE parameter.',
    );
    await refused({ buffer_count: 0 }, 'Invalid value specified for BUFFERCOUNT parameter.');
    await refused({ with_norecovery: true, keep_cdc: true }, /Option 'norecovery' conflicts/);
    await refused(
      { type: 'differential' },
      "Procedure or function 'rds_restore_database' expects parameter '@with_norecovery', which was not supplied.",
    );
    await refused({ restore_db_name: null }, /can't be empty or null/);
    await refused(
      { nothing: 1 },
      '@nothing is not a parameter for procedure rds_restore_database.',
    );
  });

  it('queues nothing for what it refuses', async () => {
    const { recordset } = await pool
      .request()
      .query("SELECT * FROM msdb.dbo.rds_fn_task_status(NULL, 0) WHERE lifecycle <> 'SUCCESS'");
    assert.deepEqual(recordset, []);
  });

  it('takes every documented parameter', async () => {
    const { recordset } = await submit({
      with_norecovery: false,
      type: 'full',
      keep_cdc: true,
      data_file_volume: 'h:',
      log_file_volume: 'D:',
      block_size: 65_536,
      max_transfer_size: 4_194_304,
      buffer_count: 10,
    });
    const [row] = recordset as { task_id: number }[];
    assert.equal((await waitFor(pool, row!.task_id)).lifecycle, 'SUCCESS');
  });
});
