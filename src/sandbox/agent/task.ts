/** Task types of `rds_task_status` that the sandbox runs. */
export type TaskType =
  | 'BACKUP_DB'
  | 'RESTORE_DB'
  | 'RESTORE_DB_NORECOVERY'
  | 'RESTORE_DB_DIFFERENTIAL'
  | 'RESTORE_DB_DIFFERENTIAL_NORECOVERY'
  | 'RESTORE_DB_LOG'
  | 'RESTORE_DB_LOG_NORECOVERY'
  | 'FINISH_RESTORE';

export type Lifecycle =
  'CREATED' | 'IN_PROGRESS' | 'SUCCESS' | 'ERROR' | 'CANCEL_REQUESTED' | 'CANCELLED';

/** A queued task, as it is persisted. Dates are ISO texts in the instance's time, UTC. */
export interface Task {
  readonly id: number;
  readonly type: TaskType;
  readonly databaseName: string;
  readonly s3Arn: string | null;
  readonly kmsKeyArn: string | null;
  readonly createdAt: string;
  /** The login that queued it. */
  readonly login: string;
  /** `@overwrite_s3_backup_file` of a backup. */
  readonly overwrite: boolean;
  /** Files of a backup. */
  readonly fileCount: number;
  lifecycle: Lifecycle;
  percentComplete: number;
  /** The log that grows while the task runs (`task_info`). */
  info: string;
  lastUpdated: string;
  startedAt: string | null;
  finishedAt: string | null;
}

export const isTerminal = ({ lifecycle }: Task) =>
  lifecycle === 'SUCCESS' || lifecycle === 'ERROR' || lifecycle === 'CANCELLED';

export const leavesRestoring = ({ type }: Pick<Task, 'type'>) => type.endsWith('_NORECOVERY');
