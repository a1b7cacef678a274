import { EngineError } from '../errors.js';
import { checkRestoreParameters, type RestoreDatabase } from './restoreParameters.js';
import type { Statement, StatementParameter } from './statement.js';

/**
 * `msdb.dbo.rds_restore_database` (RDS User Guide, SQLServer.Procedural.Importing.Native.Using). It
 * only queues a task and must not run in a transaction.
 * @throws EngineError `restore/…` or `arn/…` naming the parameter that RDS would refuse
 */
export function restoreDatabase(o: RestoreDatabase): Statement {
  checkRestoreParameters(o);
  const parameters: StatementParameter[] = [];
  const add = (
    name: string,
    type: StatementParameter['type'],
    value?: string | number | boolean,
  ) => {
    if (value !== undefined) parameters.push({ name, type, value });
  };
  add('restore_db_name', 'nvarchar', o.databaseName);
  add('s3_arn_to_restore_from', 'nvarchar', o.s3Arn.trim());
  add('with_norecovery', 'bit', o.withNorecovery);
  add('type', 'nvarchar', o.type);
  add('keep_cdc', 'bit', o.keepCdc);
  add('data_file_volume', 'nvarchar', o.dataFileVolume);
  add('log_file_volume', 'nvarchar', o.logFileVolume);
  add('kms_master_key_arn', 'nvarchar', o.kmsKeyArn?.trim());
  add('block_size', 'int', o.blockSize);
  add('max_transfer_size', 'int', o.maxTransferSize);
  add('buffer_count', 'int', o.bufferCount);
  return { kind: 'procedure', procedure: 'msdb.dbo.rds_restore_database', parameters };
}

/**
 * `msdb.dbo.rds_task_status`: the tasks of the last 36 days, all of them or those of one database or
 * id. Rows by `readTaskRows`.
 */
export function taskStatus(
  o: { readonly taskId?: number | undefined; readonly databaseName?: string | undefined } = {},
): Statement {
  const parameters: StatementParameter[] = [];
  if (o.databaseName !== undefined) {
    parameters.push({ name: 'db_name', type: 'nvarchar', value: o.databaseName });
  }
  if (o.taskId !== undefined) parameters.push(taskIdParameter(o.taskId));
  return { kind: 'procedure', procedure: 'msdb.dbo.rds_task_status', parameters };
}

/** `msdb.dbo.rds_cancel_task`: sets CANCEL_REQUESTED; the agent then sets CANCELLED. */
export function cancelTask(taskId: number): Statement {
  return {
    kind: 'procedure',
    procedure: 'msdb.dbo.rds_cancel_task',
    parameters: [taskIdParameter(taskId)],
  };
}

function taskIdParameter(taskId: number): StatementParameter {
  if (!Number.isInteger(taskId) || taskId < 1 || taskId >= 2 ** 31) {
    throw new EngineError(
      'task/bad-id',
      `${taskId} is not a task id; ids are whole numbers from 1.`,
    );
  }
  return { name: 'task_id', type: 'int', value: taskId };
}
