import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type sql from 'mssql';
import { startSqlServers, type SqlServers } from './sqlServer.js';
import { backup, call, databaseNames, plainInfo, restore, taskRow, waitFor } from './tasks.js';

const stamp = /\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] /;

describe('a restore that succeeds', () => {
  let servers: SqlServers;
  let pool: sql.ConnectionPool;
  let keyArn: string;

  before(async () => {
    servers = await startSqlServers();
    pool = await servers.connect();
    keyArn = servers.cloud.addKey();
  });
  after(() => servers.close());

  it('answers the submission with a row and a message', async () => {
    const arn = servers.cloud.putEncrypted('first.bak', backup(), keyArn);
    const request = pool.request();
    const infos: string[] = [];
    request.on('info', ({ message }: { message: string }) => infos.push(message));
    request.input('restore_db_name', 'First').input('s3_arn_to_restore_from', arn);
    request.input('kms_master_key_arn', keyArn);
    const { recordset } = await request.execute('msdb.dbo.rds_restore_database');
    const row = recordset[0] as Record<string, unknown>;
    assert.deepEqual(Object.keys(row).slice(0, 3), ['task_id', 'task_type', 'lifecycle']);
    assert.equal(row['lifecycle'], 'CREATED');
    assert.deepEqual(infos, [`Task Id: ${String(row['task_id'])}`]);
    const status = await taskRow(pool, row['task_id'] as number);
    assert.equal(status.task_type, 'RESTORE_DB');
    assert.equal(status.S3_object_arn, arn);
    assert.equal(status.KMS_master_key_arn, keyArn);
    assert.equal((await waitFor(pool, status.task_id)).lifecycle, 'SUCCESS');
    assert.deepEqual(await databaseNames(pool), ['First']);
  });

  for (const format of ['v1', 'v2'] as const) {
    it(`reads a ${format} object and writes RDS's log of it`, async () => {
      const key = `${format}/sales.bak`;
      const bytes = backup({ database: `Sales_${format}`, seed: format, dataBytes: 3_000_000 });
      const arn = servers.cloud.putEncrypted(key, bytes, keyArn, format);
      const name = `Restored_${format}`;
      const taskId = await restore(pool, name, arn, { kms_master_key_arn: keyArn });
      const row = await waitFor(pool, taskId);
      assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
      assert.equal(row['% complete'], 100);
      const messages = row.task_info.split(/\r(?=\[)/).filter((text) => text !== '');
      assert.ok(
        messages.every((text) => stamp.test(text)),
        row.task_info,
      );
      const info = plainInfo(row);
      assert.ok(info.startsWith('Task execution has started. 5 percent processed.'), info);
      assert.match(info, new RegExp(`${key}: Completed processing [\\d.]+% of S3 chunks\\.`));
      assert.match(
        info,
        new RegExp(
          `100 percent processed\\. Processed \\d+ pages for database '${name}', file 'Sales_${format}' on file 1\\. ` +
            `Processed \\d+ pages for database '${name}', file 'Sales_${format}_log' on file 1\\. ` +
            'RESTORE DATABASE successfully processed \\d+ pages in \\d+\\.\\d{3} seconds \\(\\d+\\.\\d{3} MB/sec\\)\\. ' +
            `${key}: S3 processing completed successfully Command execution completed successfully\\.$`,
        ),
      );
      const percents = [...info.matchAll(/(\d+) percent processed/g)].map((m) => Number(m[1]));
      assert.deepEqual(
        percents,
        Array.from({ length: 20 }, (_, at) => 5 * (at + 1)),
      );
    });
  }

  it('takes a plain object without a key, and every padding length', async () => {
    const bytes = backup({ seed: 'plain' });
    for (const extra of [5000, 5001, 5015]) {
      // Bytes after the last mark do not make a backup invalid; here they vary the padding.
      const padded = Buffer.concat([bytes, Buffer.alloc(extra)]);
      const arn = servers.cloud.putEncrypted(`padded-${extra}.bak`, padded, keyArn);
      const id = await restore(pool, `padded${extra}`, arn, { kms_master_key_arn: keyArn });
      const row = await waitFor(pool, id);
      assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    }
    const id = await restore(pool, 'plain', servers.cloud.put('plain.bak', bytes));
    assert.equal((await waitFor(pool, id)).lifecycle, 'SUCCESS');
  });

  it('restores a striped backup by prefix, with its plan', async () => {
    for (const number of [1, 2, 3]) {
      const bytes = backup({ database: 'Wide', stripe: { number, count: 3 }, seed: 'wide' });
      servers.cloud.putEncrypted(`set1/wide_${number}-of-3.bak`, bytes, keyArn);
    }
    const id = await restore(pool, 'Wide', 'arn:aws:s3:::backups/set1/wide*', {
      kms_master_key_arn: keyArn,
    });
    const row = await waitFor(pool, id);
    assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    assert.ok(
      plainInfo(row).startsWith(
        'Task execution has started. RESTORE_DB task will initiate a multi-file task with 3 file(s). ' +
          'The files are: set1/wide_1-of-3.bak, set1/wide_2-of-3.bak, set1/wide_3-of-3.bak.',
      ),
      row.task_info,
    );
    for (const number of [1, 2, 3]) {
      assert.ok(
        plainInfo(row).includes(
          `set1/wide_${number}-of-3.bak: S3 processing completed successfully`,
        ),
      );
    }
  });

  it('describes the new database', async () => {
    const { recordset } = await pool
      .request()
      .query(
        "SELECT name, state_desc, recovery_model_desc, compatibility_level FROM sys.databases WHERE name = 'wide'",
      );
    assert.deepEqual(recordset[0], {
      name: 'Wide',
      state_desc: 'ONLINE',
      recovery_model_desc: 'FULL',
      compatibility_level: 150,
    });
    const files = await pool
      .request()
      .query(
        "SELECT name, type_desc, size * 8 / 1024 AS mib FROM sys.master_files WHERE database_id = DB_ID('Wide') ORDER BY file_id",
      );
    assert.deepEqual(
      files.recordset.map((row: unknown) => ({ ...(row as object) })),
      [
        { name: 'Wide', type_desc: 'ROWS', mib: 64 },
        { name: 'Wide_log', type_desc: 'LOG', mib: 8 },
      ],
    );
    const inside = await pool.request().query('USE Wide; SELECT DB_NAME() AS n');
    assert.deepEqual(inside.recordset, [{ n: 'Wide' }]);
  });

  it('drops and renames databases', async () => {
    await call(pool, 'rdsadmin.dbo.rds_modify_db_name', {
      old_db_name: 'Wide',
      new_db_name: 'Wider',
    });
    assert.ok((await databaseNames(pool)).includes('Wider'));
    await call(pool, 'msdb.dbo.rds_drop_database', { db_name: 'wider' });
    assert.ok(!(await databaseNames(pool)).includes('Wider'));
    await assert.rejects(
      call(pool, 'msdb.dbo.rds_drop_database', { db_name: 'Wider' }),
      /Cannot drop the database 'Wider', because it does not exist/,
    );
  });

  it('shows tasks through the table function', async () => {
    const { recordset } = await pool
      .request()
      .query(
        "SELECT TOP 1 task_id, lifecycle, [% complete] AS pct FROM msdb.dbo.rds_fn_task_status(NULL, 0) WHERE task_type LIKE 'RESTORE%' ORDER BY created_at DESC, task_id DESC",
      );
    assert.equal(recordset.length, 1);
    assert.equal((recordset[0] as { lifecycle: string }).lifecycle, 'SUCCESS');
    const one = await pool.request().query('SELECT * FROM msdb.dbo.rds_fn_task_status(NULL, 1)');
    assert.deepEqual(
      one.recordset.map((row: { task_id: number }) => row.task_id),
      [1],
    );
    assert.equal(Object.keys(one.recordset[0] as object).length, 14);
  });
});
