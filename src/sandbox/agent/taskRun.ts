import type { SqlInstance } from '../sqlserver/sqlInstance.js';
import type { Task } from './task.js';
import type { TaskLog } from './taskLog.js';

/** One task while it runs. */
export interface TaskRun {
  readonly task: Task;
  readonly instance: SqlInstance;
  readonly log: TaskLog;
  /** Aborted when the task is cancelled or the instance stops. */
  readonly signal: AbortSignal;
  /** Tells the frame of a failure which S3 files were open when it came. */
  opened(keys: readonly string[]): void;
}
