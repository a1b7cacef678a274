import type * as vscode from 'vscode';
import type { Situation } from '../../core/diagnosis/situation.js';
import type { TaskRow } from '../../core/nativeTasks/taskRow.js';
import { sameDatabaseName } from '../../core/sql/databaseName.js';
import { sameTask, type TaskKey } from '../nativeTasks/nativeTasks.js';

/** A task that has ended, and what was found out about its failure. */
export interface EndedTask extends TaskKey {
  readonly row: TaskRow;
  readonly situation?: Situation | undefined;
}

const storageKey = 'transcript.endedTasks';
const mostKept = 20;
/** Characters of task_info; what went wrong stands at its end. */
const longestInfo = 32_768;

/** A new instance of an old name, and a local server after a reset, count their tasks from 1 again. */
export const sameRun = (a: EndedTask, b: EndedTask) =>
  sameTask(a, b) && a.row.createdAt?.getTime() === b.row.createdAt?.getTime();

/**
 * The last ended tasks, kept with the workspace: their failures can be read without the instance, and
 * after it has forgotten them. Holds what `rds_task_status` shows, in which there are no secrets.
 */
export class EndedTasks {
  #tasks: readonly EndedTask[];

  constructor(private readonly memory: Pick<vscode.Memento, 'get' | 'update'>) {
    this.#tasks = memory.get<EndedTask[]>(storageKey, []).map(revived);
  }

  /** The last one kept comes first. */
  get all(): readonly EndedTask[] {
    return this.#tasks;
  }

  get(key: TaskKey): EndedTask | undefined {
    return this.#tasks.find((task) => sameTask(task, key));
  }

  /** Keeps a task, in the place of what was kept of it. */
  async keep({ taskId, instanceId, instanceArn, row, situation }: EndedTask): Promise<void> {
    const task: EndedTask = {
      ...{ taskId, instanceId, instanceArn, situation },
      row: { ...row, taskInfo: row.taskInfo.slice(-longestInfo) },
    };
    const others = this.#tasks.filter((other) => !sameTask(other, task));
    this.#tasks = [task, ...others].slice(0, mostKept);
    await this.memory.update(storageKey, this.#tasks);
  }
}

/** The memento stores JSON, which has no dates. */
function revived(task: EndedTask): EndedTask {
  const { createdAt, lastUpdated } = task.row;
  const dated = {
    createdAt: createdAt && new Date(createdAt),
    lastUpdated: lastUpdated && new Date(lastUpdated),
  };
  return { ...task, row: { ...task.row, ...dated } };
}

/** Whether `later` restored the database that `failed` did not. */
export const makesUpFor = (later: EndedTask, failed: EndedTask) =>
  later.instanceArn === failed.instanceArn &&
  later.taskId > failed.taskId &&
  later.row.lifecycle === 'SUCCESS' &&
  later.row.taskType === failed.row.taskType &&
  sameDatabaseName(later.row.databaseName ?? '', failed.row.databaseName ?? '');
