import { sameTask, type TaskKey } from './nativeTasks.js';

/** A task that this workspace waits for, also after a reload of the window. */
export interface RememberedTask extends TaskKey {
  readonly region: string;
}

/** Where they are kept: VS Code's `workspaceState`. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const storageKey = 'rdsBackup.followedTasks';

/** The tasks that somebody here started or asked to follow and whose end has not been told yet. */
export class RememberedTasks {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  list(): readonly RememberedTask[] {
    const stored = this.#memory.get(storageKey);
    return Array.isArray(stored) ? stored.filter(isRememberedTask) : [];
  }

  has(key: TaskKey): boolean {
    return this.list().some((task) => sameTask(task, key));
  }

  add({ instanceArn, instanceId, region, taskId }: RememberedTask): void {
    const task = { instanceArn, instanceId, region, taskId };
    if (!this.has(task)) this.#write([...this.list(), task]);
  }

  remove(key: TaskKey): void {
    if (this.has(key)) this.#write(this.list().filter((task) => !sameTask(task, key)));
  }

  #write(tasks: readonly RememberedTask[]): void {
    void this.#memory.update(storageKey, tasks);
  }
}

function isRememberedTask(value: unknown): value is RememberedTask {
  if (typeof value !== 'object' || value === null) return false;
  const { instanceArn, instanceId, region, taskId } = value as Record<string, unknown>;
  return (
    [instanceArn, instanceId, region].every((text) => typeof text === 'string') &&
    Number.isInteger(taskId)
  );
}
