import type { RestoreDatabase } from '../../core/nativeTasks/restoreParameters.js';
import type { TaskRow } from '../../core/nativeTasks/taskRow.js';

const types = ['RESTORE_DB', 'RESTORE_DB_DIFFERENTIAL'];

/**
 * The parameters by which a task was queued, as far as rds_task_status tells them: volumes and tuning
 * are not among them. undefined for tasks that are no `rds_restore_database`.
 */
export function restoreOfRow(row: TaskRow): RestoreDatabase | undefined {
  const { databaseName, s3ObjectArn, kmsKeyArn } = row;
  const type = row.taskType.replace(/_NORECOVERY$/, '');
  if (!types.includes(type) || databaseName === undefined || s3ObjectArn === undefined) {
    return undefined;
  }
  const differential = type === 'RESTORE_DB_DIFFERENTIAL';
  const withNorecovery = type !== row.taskType;
  return {
    databaseName,
    s3Arn: s3ObjectArn,
    kmsKeyArn,
    type: differential ? 'DIFFERENTIAL' : undefined,
    // A differential must say how it ends; a full one ends online unless told otherwise.
    withNorecovery: differential || withNorecovery ? withNorecovery : undefined,
  };
}
