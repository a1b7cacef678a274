import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancelledError, EngineError } from '../../../../src/core/errors.js';
import type { Row } from '../../../../src/core/nativeTasks/statement.js';
import { TaskFollower } from '../../../../src/ui/nativeTasks/taskFollower.js';
import { sentRow, stamped } from '../../nativeTasks/tasks.js';

const running = sentRow({ task_info: stamped('Task execution has started.') });
const success = sentRow({ lifecycle: 'SUCCESS', '% complete': 100 });

/** Follows a task on an instance that answers with these rows; the last one waits to be cancelled. */
function following(answers: (Row[] | EngineError)[], connectError?: EngineError) {
  const told: string[] = [];
  let open = 0;
  const follower = new TaskFollower({
    taskId: 7,
    pollMs: 1,
    connect: () => {
      if (connectError !== undefined) return Promise.reject(connectError);
      open += 1;
      return Promise.resolve({
        run: (_statement, signal) => {
          const answer = answers.shift();
          if (answer instanceof EngineError) return Promise.reject(answer);
          if (answer !== undefined) return Promise.resolve({ recordsets: [answer], messages: [] });
          follower.stop();
          return new Promise((_, reject) => {
            if (signal?.aborted) reject(new CancelledError());
          });
        },
        close: () => {
          open -= 1;
          return Promise.resolve();
        },
      });
    },
    take: (rows) => told.push(...rows.map(({ lifecycle }) => `row ${lifecycle}`)),
    happened: ({ kind }) => told.push(kind),
  });
  return { follower, told, openConnections: () => open };
}

describe('following a task for the editor', () => {
  it('hands over each row before what happened by it, to the end', async () => {
    const { follower, told, openConnections } = following([[running], [success]]);
    assert.deepEqual(await follower.run(), { kind: 'done' });
    assert.deepEqual(told, [
      ...['row IN_PROGRESS', 'state', 'message', 'percent'],
      ...['row SUCCESS', 'state', 'percent', 'done'],
    ]);
    assert.equal(openConnections(), 0);
  });

  it('stops without a failure and closes the connection', async () => {
    const { follower, openConnections } = following([[running]]);
    assert.deepEqual(await follower.run(), { kind: 'stopped' });
    assert.equal(openConnections(), 0);
  });

  it('tells apart why it cannot follow', async () => {
    const failure = new EngineError('sql/login-failed', 'Refused.');
    const signedOut = new EngineError('sql/not-signed-in', 'Nobody is signed in.');
    assert.deepEqual(await following([[]]).follower.run(), { kind: 'gone' });
    assert.deepEqual(await following([], signedOut).follower.run(), { kind: 'signed-out' });
    const failed = await following([], failure).follower.run();
    assert.deepEqual(failed, { kind: 'failed', error: failure });
  });

  it('goes on after a lost connection', async () => {
    const lost = new EngineError('sql/connection-lost', 'The connection broke.');
    const { follower, told } = following([[running], lost, [success]]);
    assert.deepEqual(await follower.run(), { kind: 'done' });
    assert.ok(told.includes('connection-lost') && told.includes('reconnected'));
  });
});
