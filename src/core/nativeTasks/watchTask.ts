import { setTimeout as delay } from 'node:timers/promises';
import { CancelledError, EngineError, throwIfCancelled } from '../errors.js';
import { orCancelled } from '../orCancelled.js';
import { isConnectionFailure } from '../sql/sqlErrors.js';
import type { Connect, ReadySqlConnection } from '../sql/connected.js';
import { followTask, nothingSeen, type TaskEvent } from './followTask.js';
import { taskStatus } from './statements.js';
import { isTerminal, readTaskRows, type TaskRow } from './taskRow.js';

export interface WatchTask {
  /** Opens a connection; called again after one is lost. */
  readonly connect: Connect;
  readonly taskId: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between polls while something changes; 2000. */
  readonly pollMs?: number | undefined;
  /** The longest pause while nothing changes or the connection is down; 7.5 times `pollMs`. */
  readonly maxPollMs?: number | undefined;
  /** Failures in a row after which to give up; 60, about a quarter of an hour. */
  readonly maxFailures?: number | undefined;
  /** Waits; replaced in tests. Rejects when the signal aborts. */
  readonly sleep?: ((ms: number, signal?: AbortSignal) => Promise<unknown>) | undefined;
}

/**
 * Follows a task to its end, by its id. A dropped connection is opened again, more and more slowly;
 * the last event is `done`. Leaving the loop early closes the connection.
 * @throws CancelledError when the signal aborts; EngineError `task/not-found`,
 *   `task/connection-given-up`; failures that no retry can mend (login, TLS, permission) as they are,
 *   and any failure of the first connection
 */
export async function* watchTask(o: WatchTask): AsyncGenerator<TaskEvent, void, undefined> {
  const { pollMs = 2000, maxPollMs = pollMs * 7.5, maxFailures = 60 } = o;
  const slower = (pause: number) => Math.min(pause * 1.5, maxPollMs);
  const poller = new Poller(o);
  let state = nothingSeen;
  let pause = pollMs;
  let failures = 0;
  try {
    for (;;) {
      const row = await poller.read();
      if (row instanceof EngineError) {
        failures += 1;
        if (failures > maxFailures) throw givenUp(o.taskId, failures, row);
        pause = failures === 1 ? pollMs : slower(pause);
        yield { kind: 'connection-lost', error: row, attempt: failures, retryInMs: pause };
      } else {
        if (failures > 0) yield { kind: 'reconnected' };
        failures = 0;
        const step = followTask(state, row);
        state = step.state;
        yield* step.events;
        if (isTerminal(row.lifecycle)) return;
        pause = step.events.length > 0 ? pollMs : slower(pause);
      }
      await sleepUnlessCancelled(o, pause);
    }
  } finally {
    await poller.close();
  }
}

/** One connection at a time, opened when needed. */
class Poller {
  #connection: ReadySqlConnection | undefined;
  #connectedBefore = false;
  readonly #o: WatchTask;

  constructor(o: WatchTask) {
    this.#o = o;
  }

  /** The task's row; the error when the connection failed and trying again may help. */
  async read(): Promise<TaskRow | EngineError> {
    const { signal, taskId } = this.#o;
    throwIfCancelled(signal);
    try {
      this.#connection ??= await this.#connect();
      this.#connectedBefore = true;
      const result = await this.#connection.run(taskStatus({ taskId }), signal);
      return theTask(readTaskRows(result), taskId);
    } catch (error) {
      if (signal?.aborted) throw new CancelledError(signal.reason);
      if (!this.#connectedBefore || !isConnectionFailure(error)) throw error;
      await this.close();
      return error;
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  async #connect(): Promise<ReadySqlConnection> {
    const { connect, signal } = this.#o;
    return orCancelled(connect(signal), signal, (late) => late.close());
  }
}

function theTask(rows: readonly TaskRow[], taskId: number): TaskRow {
  const row = rows.find((candidate) => candidate.taskId === taskId);
  if (row) return row;
  throw new EngineError(
    'task/not-found',
    `The instance knows no task ${taskId}. Tasks are kept for 36 days; check the id and the instance.`,
  );
}

function givenUp(taskId: number, failures: number, cause: EngineError): EngineError {
  return new EngineError(
    'task/connection-given-up',
    `The connection failed ${failures} times in a row, so task ${taskId} is no longer followed. ` +
      'The task itself goes on; follow it again when the instance answers.',
    { cause },
  );
}

async function sleepUnlessCancelled(o: WatchTask, ms: number): Promise<void> {
  const sleep =
    o.sleep ?? ((wait, signal) => delay(wait, undefined, signal === undefined ? {} : { signal }));
  try {
    await sleep(ms, o.signal);
  } catch (error) {
    throw o.signal?.aborted ? new CancelledError(o.signal.reason) : error;
  }
}
