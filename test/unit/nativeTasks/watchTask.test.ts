import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancelledError, EngineError } from '../../../src/core/errors.js';
import type { StatementResult } from '../../../src/core/nativeTasks/statement.js';
import { taskStatus } from '../../../src/core/nativeTasks/statements.js';
import { watchTask, type WatchTask } from '../../../src/core/nativeTasks/watchTask.js';
import { sentRow, stamped } from './tasks.js';

type Answer = Record<string, unknown> | EngineError | 'no rows' | 'never';

const lost = new EngineError('sql/connection-lost', 'The connection broke.');
const unreachable = new EngineError('sql/unreachable', 'Nobody there.');
const running = sentRow({ task_info: stamped('Task execution has started.') });
const success = sentRow({ lifecycle: 'SUCCESS', '% complete': 100 });

/** An instance that gives one answer per poll, with a clock that does not wait. */
function server(answers: Answer[], connects: (EngineError | 'ok' | 'never')[] = []) {
  const log = { open: 0, opened: 0, polls: 0, pauses: [] as number[], sent: [] as unknown[] };
  const next = (signal: AbortSignal | undefined): Promise<StatementResult> => {
    const answer = answers.shift() ?? success;
    if (answer === 'never') {
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new CancelledError());
        });
      });
    }
    if (answer instanceof EngineError) return Promise.reject(answer);
    return Promise.resolve({ recordsets: [answer === 'no rows' ? [] : [answer]], messages: [] });
  };
  const connect: WatchTask['connect'] = async () => {
    const outcome = connects.shift() ?? 'ok';
    if (outcome instanceof EngineError) throw outcome;
    if (outcome === 'never') await new Promise(() => undefined);
    log.open += 1;
    log.opened += 1;
    return {
      run: (statement, signal) => {
        log.polls += 1;
        log.sent.push(statement);
        return next(signal);
      },
      close: () => {
        log.open -= 1;
        return Promise.resolve();
      },
    };
  };
  const sleep = (ms: number, signal?: AbortSignal) => {
    log.pauses.push(ms);
    return signal?.aborted ? Promise.reject(new Error('aborted')) : Promise.resolve();
  };
  return { connect, sleep, log, taskId: 7 };
}

async function kindsOf(o: WatchTask): Promise<string[]> {
  const kinds = [];
  for await (const event of watchTask(o)) kinds.push(event.kind);
  return kinds;
}

describe('watching a task', () => {
  it('polls by id until the task ends, then closes its connection', async () => {
    const { log, ...o } = server([running, running, success]);
    assert.deepEqual(await kindsOf(o), ['state', 'message', 'percent', 'state', 'percent', 'done']);
    assert.equal(log.polls, 3);
    assert.deepEqual(log.sent[0], taskStatus({ taskId: 7 }));
    assert.equal(log.open, 0);
    assert.equal(log.opened, 1);
  });

  it('polls less and less often while nothing changes, and at once again when something does', async () => {
    const changed = { ...running, '% complete': 5 };
    const { log, ...o } = server([running, running, running, running, changed, changed]);
    await kindsOf({ ...o, pollMs: 1000, maxPollMs: 3000 });
    assert.deepEqual(log.pauses, [1000, 1500, 2250, 3000, 1000, 1500]);
  });

  it('survives a dropped connection: says so, connects again, repeats nothing', async () => {
    const { log, ...o } = server([running, lost, running, success]);
    assert.deepEqual(await kindsOf(o), [
      'state',
      'message',
      'percent',
      'connection-lost',
      'reconnected',
      'state',
      'percent',
      'done',
    ]);
    assert.equal(log.opened, 2);
    assert.equal(log.open, 0);
  });

  it('keeps trying, more and more slowly, while the instance cannot be reached', async () => {
    const { log, ...o } = server([running, lost], ['ok', unreachable, unreachable]);
    const events = [];
    for await (const event of watchTask({ ...o, pollMs: 100 })) events.push(event);
    const failures = events.filter((event) => event.kind === 'connection-lost');
    assert.deepEqual(
      failures.map(({ attempt, retryInMs, error }) => [attempt, retryInMs, error.code]),
      [
        [1, 100, 'sql/connection-lost'],
        [2, 150, 'sql/unreachable'],
        [3, 225, 'sql/unreachable'],
      ],
    );
    assert.equal(events.at(-1)?.kind, 'done');
    assert.equal(log.open, 0);
  });

  it('gives up after so many failures in a row and says that the task goes on', async () => {
    const { log, ...o } = server([running, lost, lost, lost]);
    await assert.rejects(kindsOf({ ...o, maxFailures: 2 }), (error: EngineError) => {
      assert.equal(error.code, 'task/connection-given-up');
      assert.equal(error.cause, lost);
      return true;
    });
    assert.equal(log.open, 0);
  });

  it('does not try again when the first connection fails', async () => {
    const { log, ...o } = server([], [unreachable]);
    await assert.rejects(kindsOf(o), unreachable);
    assert.deepEqual(log.pauses, []);
  });

  it('does not try again when the login is refused after a drop', async () => {
    const refused = new EngineError('sql/login-failed', 'Wrong password.');
    const { log, ...o } = server([running, lost], ['ok', refused]);
    await assert.rejects(kindsOf(o), refused);
    assert.equal(log.open, 0);
  });

  it('does not try again when the instance refuses the statement', async () => {
    const denied = new EngineError('sql/statement-failed', 'EXECUTE permission denied.');
    const { log, ...o } = server([running, denied]);
    await assert.rejects(kindsOf(o), denied);
    assert.equal(log.open, 0);
  });

  it('reports a task that the instance does not know', async () => {
    for (const answer of ['no rows' as const, sentRow({ task_id: 8 })]) {
      const { log, ...o } = server([answer]);
      await assert.rejects(kindsOf(o), { code: 'task/not-found' });
      assert.equal(log.open, 0);
    }
  });

  for (const [when, answers, connects] of [
    ['a poll', [running, 'never'], []],
    ['the first connection', [], ['never']],
    ['a reconnection', [running, lost], ['ok', 'never']],
  ] as const) {
    it(`stops at once when cancelled during ${when}`, async () => {
      const controller = new AbortController();
      const { log, ...o } = server([...answers], [...connects]);
      const watching = kindsOf({ ...o, signal: controller.signal });
      setTimeout(() => {
        controller.abort();
      }, 20);
      await assert.rejects(watching, CancelledError);
      assert.equal(log.open, 0);
    });
  }

  it('stops at once when cancelled while it waits, by its own clock', async () => {
    const controller = new AbortController();
    const { log, connect } = server([running]);
    const o = { connect, taskId: 7, signal: controller.signal, pollMs: 3_600_000 };
    const watching = kindsOf(o);
    setTimeout(() => {
      controller.abort();
    }, 20);
    await assert.rejects(watching, CancelledError);
    assert.equal(log.open, 0);
  });

  it('does nothing when cancelled before it began', async () => {
    const { log, ...o } = server([running]);
    await assert.rejects(kindsOf({ ...o, signal: AbortSignal.abort() }), CancelledError);
    assert.equal(log.opened, 0);
  });

  it('closes a connection that arrives after the cancel', async () => {
    const controller = new AbortController();
    const { log, ...o } = server([]);
    let arrive: (() => void) | undefined;
    const connect: WatchTask['connect'] = async (signal) => {
      await new Promise<void>((resolve) => (arrive = resolve));
      return o.connect(signal);
    };
    const watching = kindsOf({ ...o, connect, signal: controller.signal });
    controller.abort();
    await assert.rejects(watching, CancelledError);
    arrive?.();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(log.opened, 1);
    assert.equal(log.open, 0);
  });

  it('closes its connection when the reader leaves early', async () => {
    const { log, ...o } = server([running, running]);
    for await (const event of watchTask(o)) if (event.kind === 'state') break;
    assert.equal(log.open, 0);
  });
});
