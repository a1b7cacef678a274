import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inOrder, type TaskRowNode } from '../../../../../src/ui/views/tasks/inOrder.js';
import { taskRow } from '../../../nativeTasks/tasks.js';

const at = (minute: number) => new Date(Date.UTC(2026, 1, 3, 10, minute));

function task(taskId: number, lifecycle: string, createdAt: Date | undefined): TaskRowNode {
  const row = taskRow({ taskId, lifecycle, createdAt });
  return { task: { taskId, instanceArn: 'arn', instanceId: 'id', row, followed: false } };
}

const transfer = (id: number, live: boolean, startedAt: Date): TaskRowNode => ({
  work: { id, live, startedAt },
});

const names = (nodes: readonly TaskRowNode[]) =>
  inOrder(nodes).map((node) =>
    node.task === undefined ? `transfer ${node.work.id}` : `task ${node.task.taskId}`,
  );

describe('the order of tasks and transfers', () => {
  it('is what runs first, then the newest', () => {
    const rows = [
      task(1, 'SUCCESS', at(1)),
      task(2, 'IN_PROGRESS', at(2)),
      task(3, 'ERROR', at(5)),
      transfer(1, false, at(4)),
      transfer(2, true, at(0)),
      task(4, 'CREATED', at(3)),
    ];
    assert.deepEqual(names(rows), [
      ...['task 4', 'task 2', 'transfer 2'],
      ...['task 3', 'transfer 1', 'task 1'],
    ]);
  });

  it('goes by the id where the instance tells no time', () => {
    const rows = [task(3, 'SUCCESS', undefined), task(11, 'SUCCESS', undefined)];
    assert.deepEqual(names(rows), ['task 11', 'task 3']);
  });
});
