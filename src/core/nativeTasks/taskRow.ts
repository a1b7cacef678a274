import { EngineError } from '../errors.js';
import { date, flag, normalised, number, text } from './columns.js';
import type { Row, StatementResult } from './statement.js';

/** One row of `rds_task_status`, whichever spelling and layout (12 or 14 columns) the server uses. */
export interface TaskRow {
  readonly taskId: number;
  /** `RESTORE_DB`, `BACKUP_DB`…; unknown values are possible. */
  readonly taskType: string;
  readonly databaseName: string | undefined;
  readonly percentComplete: number | undefined;
  readonly durationMinutes: number | undefined;
  /** `CREATED`, `IN_PROGRESS`, `SUCCESS`, `ERROR`, `CANCEL_REQUESTED`, `CANCELLED`. */
  readonly lifecycle: string;
  readonly taskInfo: string;
  /** Instance time, read as UTC. Refreshed by the server about every two minutes. */
  readonly lastUpdated: Date | undefined;
  readonly createdAt: Date | undefined;
  readonly s3ObjectArn: string | undefined;
  readonly overwriteS3BackupFile: boolean | undefined;
  readonly kmsKeyArn: string | undefined;
  readonly filepath: string | undefined;
  readonly overwriteFile: boolean | undefined;
}

const terminal = ['SUCCESS', 'ERROR', 'CANCELLED'];

/** True when nothing will happen to the task any more. */
export const isTerminal = (lifecycle: string) => terminal.includes(lifecycle);

/**
 * The rows of `rds_task_status`, columns found by name in lower case without blanks: servers spell
 * them differently (`duration (mins)`, `duration(mins)`).
 * @throws EngineError `task/unexpected-columns` when a row has no task id or lifecycle
 */
export function readTaskRows(result: StatementResult): TaskRow[] {
  return result.recordsets.flat().map((row) => readTaskRow(row));
}

function readTaskRow(row: Row): TaskRow {
  const columns = normalised(row);
  const taskId = number(columns.get('task_id'));
  const lifecycle = text(columns.get('lifecycle'));
  if (taskId === undefined || lifecycle === undefined) {
    throw new EngineError(
      'task/unexpected-columns',
      'The instance answered rds_task_status without a task_id or lifecycle column. ' +
        `It sent: ${Object.keys(row).join(', ')}.`,
    );
  }
  return {
    taskId,
    lifecycle: lifecycle.toUpperCase(),
    taskType: text(columns.get('task_type')) ?? '',
    databaseName: text(columns.get('database_name')),
    percentComplete: number(columns.get('%complete')),
    durationMinutes: number(columns.get('duration(mins)')),
    taskInfo: text(columns.get('task_info')) ?? '',
    lastUpdated: date(columns.get('last_updated')),
    createdAt: date(columns.get('created_at')),
    s3ObjectArn: text(columns.get('s3_object_arn')),
    overwriteS3BackupFile: flag(columns.get('overwrite_s3_backup_file')),
    kmsKeyArn: text(columns.get('kms_master_key_arn')),
    filepath: text(columns.get('filepath')),
    overwriteFile: flag(columns.get('overwrite_file')),
  };
}
