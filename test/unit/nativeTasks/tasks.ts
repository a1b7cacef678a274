import type { TaskRow } from '../../../src/core/nativeTasks/taskRow.js';

/** A row of rds_task_status as the server sends it. */
export const sentRow = (change: Partial<Record<string, unknown>> = {}) => ({
  task_id: 7,
  task_type: 'RESTORE_DB',
  database_name: 'Sales',
  '% complete': 0,
  'duration (mins)': 0,
  lifecycle: 'IN_PROGRESS',
  task_info: '',
  ...change,
});

/** The same after reading. */
export const taskRow = (change: Partial<TaskRow> = {}): TaskRow => ({
  taskId: 7,
  taskType: 'RESTORE_DB',
  databaseName: 'Sales',
  percentComplete: 0,
  durationMinutes: 0,
  lifecycle: 'IN_PROGRESS',
  taskInfo: '',
  lastUpdated: undefined,
  createdAt: undefined,
  s3ObjectArn: undefined,
  overwriteS3BackupFile: undefined,
  kmsKeyArn: undefined,
  filepath: undefined,
  overwriteFile: undefined,
  ...change,
});

/** Messages as task_info holds them, a millisecond apart. */
export const stamped = (...messages: string[]) =>
  messages.map((text, at) => `[2025-03-02 10:00:03.${String(100 + at)}] ${text}`).join('\r\r');
