import { EngineError, isCancelled } from '../../core/errors.js';
import type { TaskEvent } from '../../core/nativeTasks/followTask.js';
import { readTaskRows, type TaskRow } from '../../core/nativeTasks/taskRow.js';
import type { Connect } from '../../core/sql/connected.js';

export interface FollowOptions {
  readonly taskId: number;
  readonly connect: Connect;
  /** Milliseconds between looks at a task that moves. */
  readonly pollMs: number;
  /** Takes every row that is read, before the events that come of it. */
  readonly take: (rows: readonly TaskRow[]) => void;
  readonly happened: (event: TaskEvent) => void;
}

/** Why a task is no longer followed. */
export type FollowEnd =
  /** It has ended. */
  | { readonly kind: 'done' }
  /** The instance does not know it (any more). */
  | { readonly kind: 'gone' }
  /** {@link TaskFollower.stop}; the task goes on. */
  | { readonly kind: 'stopped' }
  /** Nobody is signed in; the task goes on. */
  | { readonly kind: 'signed-out' }
  /** The connection, or the right to look; the task goes on. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** Follows one task until it ends, or until it is stopped; the task itself is never touched. */
export class TaskFollower {
  readonly #o: FollowOptions;
  readonly #stop = new AbortController();

  constructor(o: FollowOptions) {
    this.#o = o;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Call it once. Failures are its result. */
  async run(): Promise<FollowEnd> {
    const { taskId, pollMs } = this.#o;
    try {
      const { watchTask } = await import('../../core/nativeTasks/watchTask.js');
      const connect: Connect = (signal) => this.#observed(signal);
      for await (const event of watchTask({ connect, taskId, pollMs, signal: this.#stop.signal })) {
        this.#o.happened(event);
      }
      return { kind: 'done' };
    } catch (error) {
      if (this.#stop.signal.aborted || isCancelled(error)) return { kind: 'stopped' };
      const code = error instanceof EngineError ? error.code : '';
      if (code === 'task/not-found') return { kind: 'gone' };
      return code === 'sql/not-signed-in' ? { kind: 'signed-out' } : { kind: 'failed', error };
    }
  }

  async #observed(signal: AbortSignal | undefined): ReturnType<Connect> {
    const connection = await this.#o.connect(signal);
    return {
      run: async (statement, runSignal) => {
        const result = await connection.run(statement, runSignal);
        this.#o.take(readTaskRows(result));
        return result;
      },
      close: () => connection.close(),
    };
  }
}
