import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TaskBook } from '../../../../src/ui/nativeTasks/taskBook.js';
import { taskRow } from '../../nativeTasks/tasks.js';

const arn = 'arn:aws:rds:eu-central-1:111122223333:db:prod';
const createdAt = new Date('2026-02-03T10:00:00Z');
const running = taskRow({ taskId: 7, createdAt });
const succeeded = taskRow({ taskId: 7, createdAt, lifecycle: 'SUCCESS', percentComplete: 100 });
const none = () => false;

describe('the book of native tasks', () => {
  it('lists the newest first, per instance', () => {
    const book = new TaskBook();
    book.put(arn, [taskRow({ taskId: 2 }), taskRow({ taskId: 11 }), taskRow({ taskId: 3 })]);
    assert.deepEqual(
      book.list(arn).map(({ taskId }) => taskId),
      [11, 3, 2],
    );
    assert.deepEqual(book.list(`${arn}2`), []);
    assert.equal(book.get(`${arn}2`, 2), undefined);
  });

  it('says which tasks have changed', () => {
    const book = new TaskBook();
    assert.deepEqual(book.put(arn, [running, taskRow({ taskId: 8 })]), [7, 8]);
    assert.deepEqual(book.put(arn, [{ ...running }, taskRow({ taskId: 8, taskInfo: 'x' })]), [8]);
  });

  it('does not let a late answer revive a task that has ended', () => {
    const book = new TaskBook();
    book.put(arn, [succeeded]);
    assert.deepEqual(book.put(arn, [running]), []);
    assert.equal(book.get(arn, 7)?.lifecycle, 'SUCCESS');
  });

  it('takes a task created at another time for another one', () => {
    const book = new TaskBook();
    book.put(arn, [succeeded]);
    const other = { ...running, createdAt: new Date('2026-02-04T10:00:00Z') };
    assert.deepEqual(book.put(arn, [other]), [7]);
    assert.deepEqual(book.get(arn, 7), other);
  });

  it('keeps the higher percentage: the column lags behind what the log says', () => {
    const book = new TaskBook();
    book.put(arn, [{ ...running, percentComplete: 23 }]);
    book.put(arn, [{ ...running, percentComplete: 20, taskInfo: 'more' }]);
    assert.equal(book.get(arn, 7)?.percentComplete, 23);
    assert.equal(book.get(arn, 7)?.taskInfo, 'more');
  });

  it('drops what the whole list no longer has, except what it is told to keep', () => {
    const book = new TaskBook();
    book.put(arn, [taskRow({ taskId: 1 }), taskRow({ taskId: 2 }), taskRow({ taskId: 3 })]);
    book.replace(arn, [taskRow({ taskId: 2 }), taskRow({ taskId: 4 })], (id) => id === 3);
    assert.deepEqual(
      book.list(arn).map(({ taskId }) => taskId),
      [4, 3, 2],
    );
  });

  it('does not go back by a whole list either', () => {
    const book = new TaskBook();
    book.put(arn, [succeeded]);
    book.replace(arn, [running], none);
    assert.equal(book.get(arn, 7)?.lifecycle, 'SUCCESS');
  });

  it('forgets an instance', () => {
    const book = new TaskBook();
    book.put(arn, [running]);
    book.drop(arn);
    assert.deepEqual(book.list(arn), []);
  });
});
