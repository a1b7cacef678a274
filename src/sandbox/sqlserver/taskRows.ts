import type { Task } from '../agent/task.js';
import { historyMs, type SqlInstance } from './sqlInstance.js';
import { sqlType, type Column, type SqlValue } from './types.js';

/** The 14 columns of rds_task_status and rds_fn_task_status, in RDS's order and spelling. */
export const taskColumns: readonly Column[] = [
  { name: 'task_id', type: sqlType.int },
  { name: 'task_type', type: sqlType.nvarchar(50) },
  { name: 'database_name', type: sqlType.nvarchar(128) },
  { name: '% complete', type: sqlType.int },
  { name: 'duration(mins)', type: sqlType.int },
  { name: 'lifecycle', type: sqlType.nvarchar(30) },
  { name: 'task_info', type: sqlType.nvarchar('max') },
  { name: 'last_updated', type: sqlType.datetime },
  { name: 'created_at', type: sqlType.datetime },
  { name: 'S3_object_arn', type: sqlType.nvarchar(2048) },
  { name: 'overwrite_s3_backup_file', type: sqlType.bit },
  { name: 'KMS_master_key_arn', type: sqlType.nvarchar(2048) },
  { name: 'filepath', type: sqlType.nvarchar(2048) },
  { name: 'overwrite_file', type: sqlType.bit },
];

/** Rows of tasks still in the history, by id; `taskId` 0 and `databaseName` null mean all. */
export function taskRows(
  instance: SqlInstance,
  databaseName: string | null,
  taskId: number,
): SqlValue[][] {
  const now = instance.clock.now();
  const from = now.getTime() - historyMs;
  const wanted = databaseName?.toLowerCase();
  return instance.state.tasks
    .filter((task) => Date.parse(task.createdAt) >= from)
    .filter((task) => taskId === 0 || task.id === taskId)
    .filter((task) => wanted === undefined || task.databaseName.toLowerCase() === wanted)
    .map((task) => taskRow(task, now));
}

function taskRow(task: Task, now: Date): SqlValue[] {
  return [
    task.id,
    task.type,
    task.databaseName,
    task.percentComplete,
    minutes(task, now),
    task.lifecycle,
    task.info,
    new Date(task.lastUpdated),
    new Date(task.createdAt),
    task.s3Arn,
    task.overwrite,
    task.kmsKeyArn,
    null,
    false,
  ];
}

function minutes(task: Task, now: Date): number {
  if (task.startedAt === null) return 0;
  const end = task.finishedAt === null ? now.getTime() : Date.parse(task.finishedAt);
  return Math.floor(Math.max(0, end - Date.parse(task.startedAt)) / 60_000);
}

/** What a procedure that queues a task answers. */
export const submitColumns: readonly Column[] = [
  { name: 'task_id', type: sqlType.int },
  { name: 'task_type', type: sqlType.nvarchar(50) },
  { name: 'lifecycle', type: sqlType.nvarchar(30) },
  { name: 'created_at', type: sqlType.datetime },
  { name: 'last_updated', type: sqlType.datetime },
  { name: 'database_name', type: sqlType.nvarchar(128) },
  { name: 'S3_object_arn', type: sqlType.nvarchar(2048) },
  { name: 'overwrite_S3_backup_file', type: sqlType.bit },
  { name: 'KMS_master_key_arn', type: sqlType.nvarchar(2048) },
  { name: 'task_progress', type: sqlType.int },
  { name: 'task_info', type: sqlType.nvarchar('max') },
];

export function submitRow(task: Task): SqlValue[] {
  return [
    task.id,
    task.type,
    task.lifecycle,
    new Date(task.createdAt),
    new Date(task.lastUpdated),
    task.databaseName,
    task.s3Arn,
    task.overwrite,
    task.kmsKeyArn,
    task.percentComplete,
    null,
  ];
}
