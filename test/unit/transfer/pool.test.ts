import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pool } from '../../../src/core/transfer/pool.js';
import { TaskGroup } from '../../../src/core/transfer/taskGroup.js';

const soon = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('a pool', () => {
  it('never hands out more than it has, and serves in order', async () => {
    const pool = new Pool(['a', 'b']);
    const served: number[] = [];
    let out = 0;
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const item = await pool.take();
        served.push(index);
        assert.ok(++out <= 2);
        await soon();
        out--;
        pool.give(item);
      }),
    );
    assert.deepEqual(
      served,
      served.toSorted((a, b) => a - b),
    );
  });
});

describe('a task group', () => {
  it('ends the others at the first failure, and waits for them', async () => {
    const group = new TaskGroup();
    let ended = 0;
    for (let index = 0; index < 3; index++) {
      group.start(async () => {
        while (!group.signal.aborted) await soon();
        await soon();
        ended++;
        throw new Error('followed');
      });
    }
    group.start(async () => {
      await soon();
      throw new Error('first');
    });
    await assert.rejects(group.join(), { message: 'first' });
    assert.equal(ended, 3);
  });

  it('waits for tasks that tasks have started', async () => {
    const group = new TaskGroup();
    let done = false;
    group.start(async () => {
      await soon();
      group.start(async () => {
        await soon();
        await soon();
        done = true;
      });
    });
    await group.join();
    assert.ok(done);
  });

  it('follows its parent', async () => {
    const controller = new AbortController();
    const group = new TaskGroup(controller.signal);
    group.start(async () => {
      while (!group.signal.aborted) await soon();
    });
    controller.abort(new Error('stop'));
    await assert.rejects(group.join(), { message: 'stop' });
    await assert.rejects(new TaskGroup(controller.signal).join(), { message: 'stop' });
  });
});
