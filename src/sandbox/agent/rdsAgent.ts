import { namesCollide, type SqlInstance } from '../sqlserver/sqlInstance.js';
import { runBackup } from './backupTask.js';
import { runFinishRestore } from './finishTask.js';
import { runRestore } from './restoreTask.js';
import type { Task } from './task.js';
import { TaskFailure } from './taskFailure.js';
import { TaskLog } from './taskLog.js';

/** RDS runs so many backup and restore tasks of an instance at a time. */
const maxRunning = 2;
/** Sandbox seconds that a task waits in CREATED even when nothing else runs. */
const pickUpSeconds = 4;
const cancelSeconds = 1;

class Cancelled extends Error {}
class Stopped extends Error {}

/** The process on an RDS instance that works off its backup and restore tasks. */
export class RdsAgent {
  readonly #instance: SqlInstance;
  readonly #running = new Map<
    Task,
    { readonly abort: AbortController; readonly end: Promise<void> }
  >();
  #stopped = false;

  constructor(instance: SqlInstance) {
    this.#instance = instance;
    this.#endInterrupted();
    instance.onTasksChanged(() => {
      this.#look();
    });
    this.#look();
  }

  /** Interrupts what runs; it ends in ERROR when the instance starts again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const ends = [...this.#running.values()].map(({ abort, end }) => {
      abort.abort(new Stopped('the instance stops'));
      return end;
    });
    await Promise.all(ends);
  }

  /** Tasks that were running when the sandbox stopped. */
  #endInterrupted(): void {
    for (const task of this.#instance.state.tasks) {
      if (task.lifecycle === 'CANCEL_REQUESTED')
        this.#end(task, 'CANCELLED', 'Task has been aborted');
      else if (task.lifecycle === 'IN_PROGRESS') {
        this.#end(
          task,
          'ERROR',
          ...frame(task),
          'The sandbox was stopped while the task was running.',
          'Task has been aborted',
        );
      }
    }
  }

  #look(): void {
    if (this.#stopped) return;
    for (const task of this.#instance.state.tasks) {
      const running = this.#running.get(task);
      if (task.lifecycle === 'CANCEL_REQUESTED') {
        if (running) running.abort.abort(new Cancelled('cancelled'));
        else this.#start(task);
      } else if (task.lifecycle === 'CREATED' && !running && this.#mayStart(task)) {
        this.#start(task);
      }
    }
  }

  /** Restores into one database run in the order they were queued. */
  #mayStart(task: Task): boolean {
    if (this.#running.size >= maxRunning) return false;
    return ![...this.#running.keys()].some((other) =>
      namesCollide(other.databaseName, task.databaseName),
    );
  }

  #start(task: Task): void {
    const abort = new AbortController();
    const end = this.#run(task, abort.signal).finally(() => {
      this.#running.delete(task);
      this.#look();
    });
    this.#running.set(task, { abort, end });
  }

  async #run(task: Task, signal: AbortSignal): Promise<void> {
    const { clock } = this.#instance;
    const log = new TaskLog(task, clock, () => {
      this.#instance.save();
    });
    let open: readonly string[] = [];
    try {
      if (task.lifecycle === 'CANCEL_REQUESTED') throw new Cancelled('cancelled');
      await clock.sleep(pickUpSeconds, signal);
      task.lifecycle = 'IN_PROGRESS';
      task.startedAt = clock.now().toISOString();
      this.#instance.save();
      if (task.type === 'FINISH_RESTORE') {
        await runFinishRestore(task, this.#instance, log, signal);
      } else {
        const run = task.type === 'BACKUP_DB' ? runBackup : runRestore;
        await run({
          task,
          instance: this.#instance,
          log,
          signal,
          opened: (keys) => {
            open = keys;
          },
        });
      }
      this.#end(task, 'SUCCESS');
    } catch (error) {
      await this.#fail(task, signal.aborted ? signal.reason : error, open);
    }
  }

  async #fail(task: Task, error: unknown, open: readonly string[]): Promise<void> {
    if (error instanceof Stopped) return;
    if (error instanceof Cancelled) {
      if (!this.#stopped) await this.#instance.clock.sleep(cancelSeconds);
      this.#end(task, 'CANCELLED', ...aborted(task, open), 'Task has been aborted');
    } else if (error instanceof TaskFailure) {
      this.#end(task, 'ERROR', ...failureMessages(task, error, open));
    } else {
      const text = error instanceof Error ? error.message : String(error);
      this.#end(
        task,
        'ERROR',
        ...frame(task),
        ...aborted(task, open),
        `The sandbox failed: ${text}`,
      );
    }
  }

  #end(task: Task, lifecycle: 'SUCCESS' | 'ERROR' | 'CANCELLED', ...messages: string[]): void {
    const { clock } = this.#instance;
    new TaskLog(task, clock, () => undefined).add(...messages);
    task.lifecycle = lifecycle;
    if (lifecycle === 'SUCCESS') task.percentComplete = 100;
    task.finishedAt = clock.now().toISOString();
    this.#instance.save();
  }
}

/** The sentence that RDS writes for every failure of this kind. */
const frame = ({ type }: Task) => [
  type === 'BACKUP_DB'
    ? 'Aborted the task because of a task failure or an overlap with your preferred backup window for RDS automated backup.'
    : `Aborted the task because of a task failure or a concurrent ${type} request.`,
];

const aborted = ({ type }: Task, open: readonly string[]) =>
  open.flatMap((key) => [
    ...(type === 'BACKUP_DB'
      ? [`${key}: Aborting S3 upload, waiting for S3 workers to clean up and exit`]
      : []),
    `${key}: S3 processing has been aborted`,
  ]);

function failureMessages(task: Task, failure: TaskFailure, open: readonly string[]): string[] {
  switch (failure.stage) {
    case 'service':
      return [...frame(task), ...failure.reasons];
    case 'exception':
      return [
        ...frame(task),
        ...aborted(task, open),
        `Task ID ${task.id} (${task.type}) exception: ${failure.reasons.join(' ')}`,
      ];
    case 'engine':
      return [failure.reasons.join('  '), ...frame(task), ...aborted(task, open), failure.epilogue];
  }
}
