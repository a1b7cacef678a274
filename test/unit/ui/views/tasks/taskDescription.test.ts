import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { taskDescription } from '../../../../../src/ui/views/tasks/taskDescription.js';
import { taskRow } from '../../../nativeTasks/tasks.js';

const now = new Date('2026-02-03T15:00:00Z');

describe('what stands behind the name of a task', () => {
  it('says how far it is while it runs', () => {
    const row = taskRow({ taskId: 12, percentComplete: 45 });
    assert.equal(taskDescription(row, 'running', now), '#12 · running · 45 %');
    const unknown = { ...row, percentComplete: undefined };
    assert.equal(taskDescription(unknown, 'running', now), '#12 · running');
    assert.equal(taskDescription({ ...row, lifecycle: 'CREATED' }, 'queued', now), '#12 · queued');
  });

  it('says when it ended, with the date on another day', () => {
    const ended = { taskId: 12, lifecycle: 'SUCCESS', percentComplete: 100 };
    const today = taskRow({ ...ended, lastUpdated: new Date('2026-02-03T14:03:59Z') });
    assert.equal(taskDescription(today, 'succeeded', now), '#12 · succeeded 14:03');
    const before = taskRow({ ...ended, lastUpdated: new Date('2026-01-31T23:59:00Z') });
    assert.equal(taskDescription(before, 'succeeded', now), '#12 · succeeded 2026-01-31 23:59');
    const created = taskRow({ ...ended, createdAt: new Date('2026-02-03T08:00:00Z') });
    assert.equal(taskDescription(created, 'succeeded', now), '#12 · succeeded 08:00');
    assert.equal(taskDescription(taskRow(ended), 'succeeded', now), '#12 · succeeded');
  });
});
