import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { describeKey } from '../../../src/core/aws/describeKey.js';
import { diagnose } from '../../../src/core/diagnosis/diagnose.js';
import { CancelledError } from '../../../src/core/errors.js';
import { cancelTask } from '../../../src/core/nativeTasks/statements.js';
import { parseTaskInfo } from '../../../src/core/nativeTasks/taskInfo.js';
import { watchTask } from '../../../src/core/nativeTasks/watchTask.js';
import { listDatabases } from '../../../src/core/sql/databases.js';
import { proxyTo } from '../sql/proxy.js';
import { outcome, taskScene, texts } from './scene.js';

let scene: Awaited<ReturnType<typeof taskScene>>;
let slow: Awaited<ReturnType<typeof taskScene>>;

before(async () => {
  scene = await taskScene('--time-scale', '500');
  slow = await taskScene('--time-scale', '20');
});
after(async () => {
  await slow.stop();
  await scene.stop();
});

describe('restoring', () => {
  for (const [what, key, encrypted] of [
    ['a plain backup', 'plain.bak', false],
    ['an encrypted backup with its key', 'encrypted.bak', true],
  ] as const) {
    it(`${what}: submitted, followed to its end, and the database is there`, async () => {
      const databaseName = encrypted ? 'Encrypted' : 'Plain';
      const kmsKeyArn = encrypted ? scene.info.kmsKeyArn : undefined;
      const submitted = await scene.submit({ databaseName, key, kmsKeyArn });
      assert.equal(submitted.lifecycle, 'CREATED');
      const events = await scene.follow(submitted.taskId);
      const { outcome: how, row } = outcome(events);
      assert.equal(how, 'SUCCESS', row.taskInfo);
      assert.equal(row.taskId, submitted.taskId);
      assert.equal(row.databaseName, databaseName);
      assert.equal(row.percentComplete, 100);
      assert.equal(row.kmsKeyArn, kmsKeyArn);
      // Every message was told once, in the server's order.
      assert.deepEqual(
        texts(events),
        parseTaskInfo(row.taskInfo).map(({ text }) => text),
      );
      assert.equal(texts(events)[0], 'Task execution has started.');
      assert.equal(texts(events).at(-1), 'Command execution completed successfully.');
      const connection = await scene.open();
      const databases = await listDatabases(connection);
      await connection.close();
      assert.equal(databases.find(({ name }) => name === databaseName)?.state, 'ONLINE');
    });
  }

  it('fails as in the walk-through, and each failure is explained', async () => {
    const { kmsKeyArn } = scene.info;
    const other = await describeKey(scene.session, 'alias/other-key');
    const missing = kmsKeyArn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    const cases = [
      ['plain.bak', kmsKeyArn, /^cse-metadata-incomplete$/],
      ['encrypted.bak', undefined, /^encrypted-backup-no-key$/],
      ['encrypted.bak', missing, /^kms-key-does-not-exist$/],
      ['encrypted.bak', other.arn, /^(?!undefined)/],
      ['nothing.bak', undefined, /^s3-key-does-not-exist$/],
    ] as const;
    for (const [index, [key, keyArn, id]] of cases.entries()) {
      const name = { databaseName: `Failing${index}` };
      const { taskId } = await scene.submit({ ...name, key, kmsKeyArn: keyArn });
      const { outcome: how, row } = outcome(await scene.follow(taskId));
      assert.equal(how, 'ERROR', row.taskInfo);
      const diagnosis = diagnose(row.taskInfo);
      assert.match(String(diagnosis?.id), id, row.taskInfo);
      assert.equal(diagnosis?.role, 'cause', row.taskInfo);
    }
  });
});

describe('following', () => {
  it('survives a connection that breaks in the middle and an instance that is away', async () => {
    const proxy = await proxyTo(slow.instance.port);
    const { taskId } = await slow.submit({ databaseName: 'Dropped', key: 'plain.bak' });
    const kinds: string[] = [];
    const told: string[] = [];
    let end = '';
    for await (const event of watchTask({
      connect: () => slow.open(proxy.port),
      taskId,
      pollMs: 50,
      maxPollMs: 200,
    })) {
      kinds.push(event.kind);
      if (event.kind === 'message') told.push(event.message.text);
      if (event.kind === 'state' && event.lifecycle === 'IN_PROGRESS') {
        proxy.refuse(true);
        proxy.breakAll();
      }
      if (event.kind === 'connection-lost' && event.attempt === 3) proxy.refuse(false);
      if (event.kind === 'done') end = event.row.taskInfo;
    }
    assert.equal(kinds.at(-1), 'done');
    assert.equal(kinds.filter((kind) => kind === 'connection-lost').length, 3);
    assert.equal(kinds.filter((kind) => kind === 'reconnected').length, 1);
    assert.deepEqual(
      told,
      parseTaskInfo(end).map(({ text }) => text),
    );
    await proxy.stop();
  });

  it('ends with CANCELLED when the task is cancelled', async () => {
    const { taskId } = await slow.submit({ databaseName: 'Cancelled', key: 'plain.bak' });
    const connection = await slow.open();
    await connection.run(cancelTask(taskId));
    await connection.close();
    const events = await slow.follow(taskId);
    assert.equal(outcome(events).outcome, 'CANCELLED');
  });

  it('stops without the task when the one who follows gives up', async () => {
    const { taskId } = await slow.submit({ databaseName: 'Left', key: 'plain.bak' });
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 100);
    await assert.rejects(slow.follow(taskId, { signal: controller.signal }), CancelledError);
    assert.equal(outcome(await slow.follow(taskId)).outcome, 'SUCCESS');
  });

  it('of a task that is not there is refused', async () => {
    await assert.rejects(scene.follow(4711), { code: 'task/not-found' });
  });
});
