import { EngineError } from '../errors.js';
import type { Statement, StatementParameter } from './statement.js';

export { restoreDatabase } from './restoreDatabase.js';

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
