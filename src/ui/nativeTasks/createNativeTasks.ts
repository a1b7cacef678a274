import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import { CancelledError, EngineError } from '../../core/errors.js';
import { isTerminal, type TaskRow } from '../../core/nativeTasks/taskRow.js';
import { orCancelled } from '../../core/orCancelled.js';
import { isConnectionFailure } from '../../core/sql/sqlErrors.js';
import { configuration } from '../configuration.js';
import { failureSentence } from '../failures/failureSentence.js';
import { logFailure, showFailure } from '../failures/showFailure.js';
import type { Services } from '../services.js';
import { InstanceLookup } from './instanceLookup.js';
import { type NativeTask, type NativeTasks, taskIdentity, type TaskKey } from './nativeTasks.js';
import { RememberedTasks } from './rememberedTasks.js';
import { TaskBook } from './taskBook.js';
import { type FollowEnd, TaskFollower } from './taskFollower.js';
import { TaskWork } from './taskWork.js';
import { tellNotFollowed } from './tellNotFollowed.js';

type TaskServices = Pick<Services, 'context' | 'log' | 'aws' | 'logins' | 'work'>;
type Payload<E> = E extends vscode.Event<infer T> ? T : never;

export function createNativeTasks(services: TaskServices): NativeTasks & { dispose(): void } {
  return new InstanceTasks(services);
}

const keyOf = (instanceArn: string, taskId: number): TaskKey => ({
  instanceArn,
  instanceId: instanceArn.slice(instanceArn.lastIndexOf(':') + 1),
  taskId,
});

class InstanceTasks implements NativeTasks {
  readonly onDidChange: NativeTasks['onDidChange'];
  readonly onEvent: NativeTasks['onEvent'];
  readonly onDidEnd: NativeTasks['onDidEnd'];
  readonly #changed = new vscode.EventEmitter<Payload<NativeTasks['onDidChange']>>();
  readonly #happened = new vscode.EventEmitter<Payload<NativeTasks['onEvent']>>();
  readonly #end = new vscode.EventEmitter<NativeTask>();
  readonly #services: TaskServices;
  readonly #book = new TaskBook();
  readonly #remembered: RememberedTasks;
  readonly #instances: InstanceLookup;
  readonly #followers = new Map<string, TaskFollower>();
  readonly #refreshing = new Map<string, Promise<void>>();
  readonly #disposal = new AbortController();
  readonly #listeners: readonly vscode.Disposable[];

  constructor(services: TaskServices) {
    const { context, logins, aws } = services;
    this.#services = services;
    this.onDidChange = this.#changed.event;
    this.onEvent = this.#happened.event;
    this.onDidEnd = this.#end.event;
    this.#remembered = new RememberedTasks(context.workspaceState);
    this.#instances = new InstanceLookup(aws);
    const resume = () => {
      void this.#resume();
    };
    this.#listeners = [
      aws.onDidChange(resume),
      logins.onDidChange((instanceArn) => {
        if (logins.isSignedIn(instanceArn)) resume();
        else this.#signedOut(instanceArn);
      }),
    ];
    // Not in the middle of the activation.
    setImmediate(resume);
  }

  list(instanceArn: string): readonly NativeTask[] {
    return this.#book
      .list(instanceArn)
      .map((row) => this.#task(keyOf(instanceArn, row.taskId), row));
  }

  get(key: TaskKey): NativeTask | undefined {
    const row = this.#book.get(key.instanceArn, key.taskId);
    return row && this.#task(keyOf(key.instanceArn, key.taskId), row);
  }

  async find(key: TaskKey, signal?: AbortSignal): Promise<NativeTask> {
    const known = this.get(key);
    if (known !== undefined) return known;
    const instance = await this.#instances.find(key, signal);
    const { readTasks } = await import('./serverTasks.js');
    this.#take(
      key.instanceArn,
      await readTasks(this.#connect(instance, false), { ...key, signal }),
    );
    const found = this.get(key);
    if (found !== undefined) return found;
    throw new EngineError(
      'task/not-found',
      vscode.l10n.t(
        '{0} knows no task {1}. Tasks are kept for 36 days.',
        key.instanceId,
        key.taskId,
      ),
    );
  }

  refresh(instance: Instance, signal?: AbortSignal): Promise<void> {
    this.#instances.know(instance);
    let reading = this.#refreshing.get(instance.arn);
    if (reading === undefined) {
      // Shared by all who ask meanwhile, so that none of them can cancel it for the others.
      reading = this.#readList(instance).finally(() => this.#refreshing.delete(instance.arn));
      this.#refreshing.set(instance.arn, reading);
    }
    return orCancelled(reading, signal);
  }

  follow(instance: Instance, taskId: number): void {
    const { region } = instance;
    this.#remembered.add({ ...keyOf(instance.arn, taskId), region });
    this.#start(instance, taskId);
  }

  isFollowed(key: TaskKey): boolean {
    return this.#followers.has(taskIdentity(key));
  }

  async cancel(key: TaskKey): Promise<void> {
    const instance = await this.#instances.find(key);
    const { requestCancel } = await import('./serverTasks.js');
    this.#take(key.instanceArn, await requestCancel(this.#connect(instance, true), key.taskId));
    const row = this.#book.get(key.instanceArn, key.taskId);
    // Who cancels a task waits for its end, whoever started it.
    if (row !== undefined && !isTerminal(row.lifecycle)) this.follow(instance, key.taskId);
  }

  /** Ends only the watching: the tasks go on, and after a reload they are followed again. */
  dispose(): void {
    this.#disposal.abort();
    for (const follower of this.#followers.values()) follower.stop();
    for (const listener of this.#listeners) listener.dispose();
    this.#changed.dispose();
    this.#happened.dispose();
    this.#end.dispose();
  }

  #task(key: TaskKey, row: TaskRow): NativeTask {
    return { ...key, row, followed: this.isFollowed(key) };
  }

  #take(instanceArn: string, rows: readonly TaskRow[]): void {
    for (const taskId of this.#book.put(instanceArn, rows)) {
      this.#changed.fire({ instanceArn, taskId });
    }
  }

  /** A connection to the instance as it was described last. */
  #connect(instance: Instance, interactive: boolean) {
    return (signal?: AbortSignal) =>
      this.#services.logins.connect(this.#instances.latest(instance), { interactive, signal });
  }

  async #readList(instance: Instance): Promise<void> {
    const { readTasks } = await import('./serverTasks.js');
    const { arn } = instance;
    const { signal } = this.#disposal;
    const rows = await readTasks(this.#connect(instance, false), { signal });
    this.#book.replace(arn, rows, (taskId) =>
      this.#followers.has(taskIdentity(keyOf(arn, taskId))),
    );
    this.#changed.fire({ instanceArn: arn });
    for (const { taskId, lifecycle } of rows) {
      if (!isTerminal(lifecycle)) this.#start(instance, taskId);
    }
  }

  #start(instance: Instance, taskId: number): void {
    this.#instances.know(instance);
    const key = keyOf(instance.arn, taskId);
    if (this.#disposal.signal.aborted || this.#followers.has(taskIdentity(key))) return;
    const { log, work: works } = this.#services;
    const work = new TaskWork(works, () => {
      this.cancel(key).catch((error: unknown) => {
        logFailure(log, `Cancelling task ${taskId} of ${key.instanceId}`, error);
        showFailure(error);
      });
    });
    const connect = this.#connect(instance, false);
    const follower = new TaskFollower({
      taskId,
      pollMs: configuration().pollMs,
      connect: async (signal) => {
        try {
          return await connect(signal);
        } catch (error) {
          if (isConnectionFailure(error)) this.#instances.lookAgain(instance);
          throw error;
        }
      },
      take: (rows) => {
        this.#take(instance.arn, rows);
      },
      happened: (event) => {
        const row = this.#book.get(instance.arn, taskId);
        if (row === undefined) return;
        if (event.kind === 'percent') {
          this.#take(instance.arn, [{ ...row, percentComplete: event.percent }]);
        }
        const task = this.#task(key, this.#book.get(instance.arn, taskId) ?? row);
        work.show(task, event);
        this.#happened.fire({ task, event });
      },
    });
    this.#followers.set(taskIdentity(key), follower);
    this.#changed.fire(key);
    void follower.run().then((end) => this.#ended(key, instance, work, end));
  }

  async #ended(key: TaskKey, instance: Instance, work: TaskWork, end: FollowEnd): Promise<void> {
    this.#followers.delete(taskIdentity(key));
    if (end.kind !== 'done') work.stop(end.kind === 'failed' ? end.error : new CancelledError());
    if (this.#disposal.signal.aborted) return;
    this.#changed.fire(key);
    const task = this.get(key);
    const waitedFor = this.#remembered.has(key);
    if (end.kind === 'done' || end.kind === 'gone') this.#remembered.remove(key);
    if (end.kind === 'failed') {
      const { log } = this.#services;
      logFailure(log, `Following task ${key.taskId} of ${key.instanceId}`, end.error);
    }
    // Of tasks that others started the trees tell enough.
    if (task === undefined || !waitedFor) return;
    if (end.kind === 'done') this.#end.fire(task);
    if (end.kind === 'failed') {
      await tellNotFollowed(task, end.error, () => {
        this.follow(this.#instances.latest(instance), key.taskId);
      });
    }
  }

  #signedOut(instanceArn: string): void {
    for (const { taskId } of this.#book.list(instanceArn)) {
      this.#followers.get(taskIdentity(keyOf(instanceArn, taskId)))?.stop();
    }
    this.#book.drop(instanceArn);
    this.#changed.fire({ instanceArn });
  }

  /** Follows again what this workspace waits for, where somebody is signed in. */
  async #resume(): Promise<void> {
    const { logins, log } = this.#services;
    for (const task of this.#remembered.list()) {
      if (this.#followers.has(taskIdentity(task)) || !logins.isSignedIn(task.instanceArn)) continue;
      try {
        const instance = await this.#instances.describe(task);
        if (instance !== undefined) this.#start(instance, task.taskId);
      } catch (error) {
        log.warn(`Task ${task.taskId} of ${task.instanceId} waits: ${failureSentence(error)}`);
      }
    }
  }
}
