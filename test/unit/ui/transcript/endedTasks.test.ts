import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type EndedTask,
  EndedTasks,
  makesUpFor,
} from '../../../../src/ui/transcript/endedTasks.js';
import { messageUriParts, subjectOf, taskUriParts } from '../../../../src/ui/transcript/taskUri.js';
import { taskRow } from '../../nativeTasks/tasks.js';
import { instanceArn } from './rows.js';

/** A memento as VS Code keeps it: JSON. */
function memento() {
  const stored = new Map<string, string>();
  return {
    get: (key: string, otherwise?: unknown) => {
      const text = stored.get(key);
      return (text === undefined ? otherwise : JSON.parse(text)) as never;
    },
    update: (key: string, value: unknown) => {
      stored.set(key, JSON.stringify(value));
      return Promise.resolve();
    },
  };
}

const key = (taskId: number) => ({ instanceArn, instanceId: 'prod-sql', taskId });
const ended = (taskId: number, change: Partial<EndedTask['row']> = {}): EndedTask => ({
  ...key(taskId),
  row: taskRow({ taskId, lifecycle: 'ERROR', ...change }),
});

describe('ended tasks', () => {
  it('are there after a restart, with their times and what is known of them', async () => {
    const memory = memento();
    const createdAt = new Date('2026-11-24T22:30:00Z');
    await new EndedTasks(memory).keep({
      ...ended(7, { createdAt }),
      situation: { keyPassed: null },
    });
    const kept = new EndedTasks(memory).get(key(7));
    assert.deepEqual(kept?.row.createdAt, createdAt);
    assert.deepEqual(kept.situation, { keyPassed: null });
    assert.equal(new EndedTasks(memory).get({ ...key(7), instanceArn: 'arn:other' }), undefined);
  });

  it('are few, and short', async () => {
    const tasks = new EndedTasks(memento());
    for (let id = 1; id <= 30; id++) await tasks.keep(ended(id, { taskInfo: 'x'.repeat(100_000) }));
    assert.deepEqual(
      tasks.all.map(({ taskId }) => taskId),
      Array.from({ length: 20 }, (_, at) => 30 - at),
    );
    assert.ok(tasks.all.every(({ row }) => row.taskInfo.length <= 32_768));
  });

  it('are made up for by a later restore of the same database alone', () => {
    const success = { lifecycle: 'SUCCESS' };
    assert.ok(makesUpFor(ended(8, success), ended(7)));
    assert.ok(makesUpFor(ended(8, { ...success, databaseName: 'SALES' }), ended(7)));
    assert.ok(!makesUpFor(ended(6, success), ended(7)), 'an earlier one');
    assert.ok(!makesUpFor(ended(8), ended(7)), 'one that failed, too');
    assert.ok(!makesUpFor(ended(8, { ...success, databaseName: 'Other' }), ended(7)));
    assert.ok(!makesUpFor(ended(8, { ...success, taskType: 'BACKUP_DB' }), ended(7)));
    assert.ok(!makesUpFor({ ...ended(8, success), instanceArn: 'arn:other' }, ended(7)));
  });
});

describe('the uri of a transcript', () => {
  it('names the task, whatever its database is called', () => {
    for (const databaseName of ['Northwind', 'a/b\\c', 'Größe #1? 50%', undefined]) {
      const parts = taskUriParts(key(7), taskRow({ databaseName }));
      assert.deepEqual(subjectOf(parts), { kind: 'task', key: key(7) });
      assert.match(parts.path, /^\/prod-sql\/7 RESTORE_DB[^/\\]*\.rds-task-log$/);
    }
  });

  it('carries a message to explain, of which it keeps the end', () => {
    const text = 'Zugriff & mehr = 100 %\n+ „x“ #';
    assert.deepEqual(subjectOf(messageUriParts(text)), { kind: 'message', text });
    const long = subjectOf(messageUriParts(`start${'x'.repeat(10_000)}end`));
    assert.equal(long?.kind === 'message' && long.text.length, 8000);
  });

  it('that names nothing has no subject', () => {
    for (const query of [
      '',
      'task=x&instance=arn:aws:rds:r:1:db:a',
      'task=7',
      'task=7&instance=a',
    ]) {
      assert.equal(subjectOf({ query }), undefined);
    }
  });
});
