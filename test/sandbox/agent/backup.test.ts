import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type sql from 'mssql';
import { startSqlServers, type SqlServers } from './sqlServer.js';
import { backup, call, type Parameters, plainInfo, restore, submit, waitFor } from './tasks.js';

const frame =
  'Aborted the task because of a task failure or an overlap with your preferred backup window for RDS automated backup.';

describe('rds_backup_database', () => {
  let servers: SqlServers;
  let pool: sql.ConnectionPool;
  let keyArn: string;
  const bytes = backup({ database: 'Sales', dataBytes: 1_000_000 });

  before(async () => {
    servers = await startSqlServers();
    pool = await servers.connect();
    keyArn = servers.cloud.addKey();
    const arn = servers.cloud.putEncrypted('sales.bak', bytes, keyArn);
    await waitFor(pool, await restore(pool, 'Sales', arn, { kms_master_key_arn: keyArn }));
  });
  after(() => servers.close());

  const parameters = (key: string, more: Parameters = {}): Parameters => ({
    source_db_name: 'sales',
    s3_arn_to_backup_to: `arn:aws:s3:::backups/${key}`,
    ...more,
  });
  const run = async (key: string, more: Parameters = {}) =>
    waitFor(pool, await submit(pool, parameters(key, more), 'msdb.dbo.rds_backup_database'));

  it('writes the backup the database came from, and says that it does', async () => {
    const row = await run('out/plain.bak');
    assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    assert.equal(row.task_type, 'BACKUP_DB');
    assert.deepEqual(servers.cloud.objectBytes('out/plain.bak'), bytes);
    const info = plainInfo(row);
    assert.match(
      info,
      /^Task execution has started\. The sandbox writes the backup that database Sales was restored from; it has no rows of its own\. 5 percent processed\./,
    );
    assert.match(
      info,
      /100 percent processed\. BACKUP DATABASE successfully processed \d+ pages in [\d.]+ seconds \([\d.]+ MB\/sec\)\. out\/plain\.bak: S3 processing completed successfully Command execution completed successfully\.$/,
    );
  });

  it('encrypts with a key, so that it can be restored with that key', async () => {
    const other = servers.cloud.addKey();
    const row = await run('out/encrypted.bak', { kms_master_key_arn: other });
    assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    assert.notDeepEqual(servers.cloud.objectBytes('out/encrypted.bak'), bytes);
    const back = await restore(pool, 'Back', 'arn:aws:s3:::backups/out/encrypted.bak', {
      kms_master_key_arn: other,
    });
    const restored = await waitFor(pool, back);
    assert.equal(restored.lifecycle, 'SUCCESS', restored.task_info);
  });

  it('overwrites only when told to', async () => {
    servers.cloud.put('out/there.bak', Buffer.from('old'));
    const refused = await run('out/there.bak');
    assert.equal(refused.lifecycle, 'ERROR');
    assert.equal(
      plainInfo(refused),
      `Task execution has started. ${frame} Please reissue task with correct type and overwrite property Task has been aborted`,
    );
    assert.equal(servers.cloud.objectBytes('out/there.bak').toString(), 'old');
    const row = await run('out/there.bak', { overwrite_s3_backup_file: true });
    assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    assert.deepEqual(servers.cloud.objectBytes('out/there.bak'), bytes);
  });

  it('writes a striped backup to as many files', async () => {
    const stripes = [1, 2].map((number) =>
      backup({ database: 'Wide', seed: 'wide', stripe: { number, count: 2 } }),
    );
    stripes.forEach((stripe, at) => servers.cloud.put(`in/wide${at}.bak`, stripe));
    await waitFor(pool, await restore(pool, 'Wide', 'arn:aws:s3:::backups/in/wide*'));
    const row = await run('out/wide_*.bak', { source_db_name: 'Wide', number_of_files: 2 });
    assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    assert.match(
      plainInfo(row),
      /BACKUP_DB task will initiate a multi-file task with 2 file\(s\)\. The files are: out\/wide_1-of-2\.bak, out\/wide_2-of-2\.bak\./,
    );
    assert.deepEqual(servers.cloud.objectBytes('out/wide_2-of-2.bak'), stripes[1]);
    const other = await run('out/w.bak', { source_db_name: 'Wide' });
    assert.match(plainInfo(other), /can back up Wide only to 2 file\(s\), as it was restored\./);
  });

  it('fails as RDS does, and leaves nothing behind', async () => {
    const elsewhere = await run('', { s3_arn_to_backup_to: 'arn:aws:s3:::elsewhere/a.bak' });
    assert.equal(
      plainInfo(elsewhere),
      `${frame} Access Denied. Please specify a bucket that is in the same region as RDS instance.`,
    );
    servers.cloud.denied.add('s3:PutObject');
    const denied = await run('out/denied.bak');
    servers.cloud.denied.clear();
    assert.match(plainInfo(denied), new RegExp(`${frame} Access Denied$`));
    assert.throws(() => servers.cloud.objectBytes('out/denied.bak'));
    const missing = keyArn.replace(/[0-9a-f]{12}$/, '000000000000');
    const noKey = await run('out/nokey.bak', { kms_master_key_arn: missing });
    assert.equal(plainInfo(noKey), `${frame} Key ‘${missing}’ does not exist`);
  });

  it('does not pretend when the original is gone', async () => {
    servers.cloud.put('gone.bak', backup({ database: 'Gone', seed: 'gone' }));
    await waitFor(pool, await restore(pool, 'Gone', 'arn:aws:s3:::backups/gone.bak'));
    servers.cloud.put('gone.bak', Buffer.from('something else'));
    const row = await run('out/gone.bak', { source_db_name: 'Gone' });
    assert.equal(row.lifecycle, 'ERROR');
    assert.match(
      plainInfo(row),
      /s3:\/\/backups\/gone\.bak, which it was restored from, is no longer/,
    );
    assert.throws(() => servers.cloud.objectBytes('out/gone.bak'));
  });

  it('refuses at once what it cannot back up', async () => {
    const refused = (more: Parameters, message: RegExp | string) =>
      assert.rejects(call(pool, 'msdb.dbo.rds_backup_database', parameters('x.bak', more)), {
        message,
        procName: 'rds_backup_database',
      });
    await refused(
      { source_db_name: 'Nothing' },
      "Database 'Nothing' does not exist. Make sure that the name is entered correctly.",
    );
    await refused({ source_db_name: 'msdb' }, /is a system database/);
    await refused({ s3_arn_to_backup_to: '' }, 'S3 ARN prefix cannot be empty');
    await refused({ type: 'DIFFERENTIAL' }, /does not implement differential backups/);
    await refused({ number_of_files: 11 }, /Specify 1 to 10/);
    await refused({ number_of_files: 2 }, /needs exactly one asterisk/);
    await refused({ block_size: 7 }, 'Invalid value specified for BLOCKSIZE parameter.');
  });
});
