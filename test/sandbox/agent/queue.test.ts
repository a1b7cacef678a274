import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type sql from 'mssql';
import { startSqlServers, type SqlServers } from './sqlServer.js';
import { backup, call, databaseNames, plainInfo, restore, taskRow, waitFor } from './tasks.js';

const isRunning = (row: { lifecycle: string; task_info: string }) =>
  row.lifecycle === 'IN_PROGRESS' && row.task_info.includes('percent processed');

describe('the queue of tasks', () => {
  let servers: SqlServers;
  let pool: sql.ConnectionPool;
  let arn: string;

  before(async () => {
    // Slow enough to be watched: a small restore takes a second.
    servers = await startSqlServers(25);
    pool = await servers.connect();
    arn = servers.cloud.put('queue/a.bak', backup());
  });
  after(() => servers.close());

  it('runs two tasks at a time, in order', async () => {
    const ids = [];
    for (const name of ['one', 'two', 'three']) ids.push(await restore(pool, name, arn));
    const [first, second, third] = ids as [number, number, number];
    await waitFor(pool, second, isRunning);
    assert.equal((await taskRow(pool, third)).lifecycle, 'CREATED');
    for (const id of ids) assert.equal((await waitFor(pool, id)).lifecycle, 'SUCCESS');
    const started = async (id: number) =>
      /\[(.*?)\]/.exec((await taskRow(pool, id)).task_info)?.[1] ?? '';
    const ends = [...(await taskRow(pool, first)).task_info.matchAll(/\[(.*?)\]/g)];
    assert.ok((await started(third)) > (ends.at(-1)?.[1] ?? ''));
    assert.deepEqual(await databaseNames(pool), ['one', 'three', 'two']);
  });

  it('shows CREATED, then IN_PROGRESS with a growing log', async () => {
    const id = await restore(pool, 'watched', arn);
    assert.equal((await taskRow(pool, id)).lifecycle, 'CREATED');
    const early = await waitFor(pool, id, isRunning);
    assert.ok(early['% complete'] < 100);
    const late = await waitFor(pool, id);
    assert.ok(late.task_info.startsWith(early.task_info));
    assert.ok(late.last_updated > early.created_at);
  });

  it('cancels a running task', async () => {
    const id = await restore(pool, 'cancelled', arn);
    await waitFor(pool, id, isRunning);
    const { recordset } = await call(pool, 'msdb.dbo.rds_cancel_task', { task_id: id });
    assert.equal((recordset[0] as { lifecycle: string }).lifecycle, 'CANCEL_REQUESTED');
    const row = await waitFor(pool, id);
    assert.equal(row.lifecycle, 'CANCELLED');
    assert.match(
      plainInfo(row),
      /queue\/a\.bak: S3 processing has been aborted Task has been aborted$/,
    );
    assert.ok(!(await databaseNames(pool)).includes('cancelled'));
    await assert.rejects(
      call(pool, 'msdb.dbo.rds_cancel_task', { task_id: id }),
      /cannot be cancelled, because it is in CANCELLED state/,
    );
  });

  it('cancels a task that waits', async () => {
    const id = await restore(pool, 'waiting', arn);
    await call(pool, 'msdb.dbo.rds_cancel_task', { task_id: id });
    const row = await waitFor(pool, id);
    assert.equal(row.lifecycle, 'CANCELLED');
    assert.equal(plainInfo(row), 'Task has been aborted');
  });

  it('refuses to drop or rename a database that a task works on', async () => {
    const id = await restore(pool, 'busy', arn, { with_norecovery: true });
    await waitFor(pool, id);
    const finish = await call(pool, 'msdb.dbo.rds_finish_restore', { db_name: 'busy' });
    const finishId = (finish.recordset[0] as { task_id: number }).task_id;
    await assert.rejects(
      call(pool, 'msdb.dbo.rds_drop_database', { db_name: 'busy' }),
      new RegExp(`A task has already been issued for database: busy with task Id: ${finishId}`),
    );
    await assert.rejects(
      call(pool, 'msdb.dbo.rds_cancel_task', { task_id: finishId }),
      /cannot be cancelled, because it is a FINISH_RESTORE task/,
    );
    await waitFor(pool, finishId);
  });

  it('survives a restart: databases, tasks, and what was running ends in ERROR', async () => {
    const names = await databaseNames(pool);
    const running = await restore(pool, 'interrupted', arn);
    await waitFor(pool, running, isRunning);
    const waiting = await restore(pool, 'later', arn);
    await servers.restart();
    pool = await servers.connect();
    const row = await waitFor(pool, running);
    assert.equal(row.lifecycle, 'ERROR');
    assert.match(plainInfo(row), /The sandbox was stopped while the task was running\./);
    assert.equal((await waitFor(pool, waiting)).lifecycle, 'SUCCESS');
    assert.deepEqual(await databaseNames(pool), [...names, 'later'].sort());
    const next = await restore(pool, 'next', arn);
    assert.equal(next, waiting + 1);
    assert.ok((await taskRow(pool, next)).created_at > row.last_updated);
  });

  it('follows instances that come, stop and go', async () => {
    servers.cloud.putInstance('second', { status: 'creating' });
    assert.equal(servers.side.port('second'), undefined);
    servers.cloud.putInstance('second', { status: 'available' });
    const own = await servers.connect({ instance: 'second' });
    const id = await restore(own, 'kept', arn);
    await waitFor(own, id);
    const port = servers.side.port('second');
    assert.equal(servers.cloud.endpoints.get('second'), port);

    servers.cloud.putInstance('second', { status: 'stopped' });
    while (servers.side.port('second') !== undefined) await new Promise(setImmediate);
    await assert.rejects(own.request().query('SELECT 1'));

    servers.cloud.putInstance('second', { status: 'available' });
    const again = await servers.connect({ instance: 'second' });
    assert.deepEqual(await databaseNames(again), ['kept']);
    assert.equal(servers.side.port('second'), port);

    // Deleted while it is stopped, which is when nothing of it runs.
    servers.cloud.putInstance('second', { status: 'stopped' });
    while (servers.side.port('second') !== undefined) await new Promise(setImmediate);
    servers.cloud.removeInstance('second');
    while (servers.side.port('second') !== undefined) await new Promise(setImmediate);
    servers.cloud.putInstance('second');
    const reborn = await servers.connect({ instance: 'second' });
    assert.deepEqual(await databaseNames(reborn), []);
  });
});
