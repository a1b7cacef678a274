import assert from 'node:assert/strict';
import type sql from 'mssql';
import { SyntheticBackup, type SyntheticOptions } from '../../support/syntheticBackup.js';

export interface TaskRow {
  readonly task_id: number;
  readonly task_type: string;
  readonly lifecycle: string;
  readonly task_info: string;
  readonly database_name: string;
  readonly '% complete': number;
  readonly 'duration(mins)': number;
  readonly last_updated: Date;
  readonly created_at: Date;
  readonly S3_object_arn: string;
  readonly KMS_master_key_arn: string | null;
}

export type Parameters = Record<string, string | number | boolean | null>;

export const backup = (options: SyntheticOptions = {}) => new SyntheticBackup(options).bytes();

/** Calls a procedure of RDS with bound parameters. */
export function call(pool: sql.ConnectionPool, procedure: string, parameters: Parameters) {
  const request = pool.request();
  for (const [name, value] of Object.entries(parameters)) request.input(name, value);
  return request.execute(procedure);
}

/** Queues a restore and gives its task's id. */
export async function submit(
  pool: sql.ConnectionPool,
  parameters: Parameters,
  procedure = 'msdb.dbo.rds_restore_database',
): Promise<number> {
  const { recordset } = await call(pool, procedure, parameters);
  const [row] = recordset as { task_id: number }[];
  assert.ok(row);
  return row.task_id;
}

export const restore = (
  pool: sql.ConnectionPool,
  name: string,
  arn: string,
  more: Parameters = {},
) => submit(pool, { restore_db_name: name, s3_arn_to_restore_from: arn, ...more });

export async function taskRow(pool: sql.ConnectionPool, taskId: number): Promise<TaskRow> {
  const { recordset } = await call(pool, 'msdb.dbo.rds_task_status', { task_id: taskId });
  const [row] = recordset as unknown as TaskRow[];
  assert.ok(row, `task ${taskId}`);
  return row;
}

const terminal = ['SUCCESS', 'ERROR', 'CANCELLED'];

/** Polls a task until `reached`, for as long as the test may run. */
export async function waitFor(
  pool: sql.ConnectionPool,
  taskId: number,
  reached = (row: TaskRow) => terminal.includes(row.lifecycle),
): Promise<TaskRow> {
  for (;;) {
    const row = await taskRow(pool, taskId);
    if (reached(row)) return row;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A task's log without its stamps, with single blanks. */
export const plainInfo = ({ task_info }: TaskRow) =>
  task_info
    .replace(/\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

export async function databaseNames(pool: sql.ConnectionPool): Promise<string[]> {
  const { recordset } = await pool
    .request()
    .query('SELECT name FROM sys.databases WHERE database_id > 5 ORDER BY name');
  return (recordset as { name: string }[]).map(({ name }) => name);
}
