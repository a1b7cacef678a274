import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RememberedTasks } from '../../../../src/ui/nativeTasks/rememberedTasks.js';

const task = {
  instanceArn: 'arn:aws:rds:eu-central-1:111122223333:db:prod',
  instanceId: 'prod',
  region: 'eu-central-1',
  taskId: 7,
};

/** What VS Code keeps of a workspace: JSON, which outlives the window. */
function memory(stored: Record<string, unknown> = {}) {
  const texts = new Map(Object.entries(stored).map(([key, value]) => [key, JSON.stringify(value)]));
  return {
    get: (key: string): unknown => JSON.parse(texts.get(key) ?? 'null'),
    update: (key: string, value: unknown) => {
      texts.set(key, JSON.stringify(value));
      return Promise.resolve();
    },
  };
}

describe('the tasks that a workspace waits for', () => {
  it('outlive the window', () => {
    const kept = memory();
    new RememberedTasks(kept).add(task);
    assert.deepEqual(new RememberedTasks(kept).list(), [task]);
    assert.ok(new RememberedTasks(kept).has({ ...task, instanceId: 'renamed' }));
  });

  it('are kept once each, without what else a caller knows', () => {
    const remembered = new RememberedTasks(memory());
    const more = { ...task, row: { taskInfo: 'long' } };
    remembered.add(more);
    remembered.add(task);
    remembered.add({ ...task, taskId: 8 });
    assert.deepEqual(remembered.list(), [task, { ...task, taskId: 8 }]);
  });

  it('go one by one', () => {
    const remembered = new RememberedTasks(memory());
    remembered.add(task);
    remembered.add({ ...task, taskId: 8 });
    remembered.remove(task);
    assert.ok(!remembered.has(task));
    assert.deepEqual(remembered.list(), [{ ...task, taskId: 8 }]);
  });

  it('are none where something else was stored', () => {
    const stored = [task, { ...task, taskId: '8' }, null, 'x', { instanceArn: 'a' }];
    const partly = new RememberedTasks(memory({ 'rdsBackup.followedTasks': stored }));
    assert.deepEqual(partly.list(), [task]);
    assert.deepEqual(new RememberedTasks(memory({ 'rdsBackup.followedTasks': 'x' })).list(), []);
  });
});
