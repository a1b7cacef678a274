import { isTerminal } from '../../agent/task.js';
import { raised } from '../sqlError.js';
import { submitColumns, submitRow, taskColumns, taskRows } from '../taskRows.js';
import { sqlType, sysname } from '../types.js';
import { numberArgument, type ProcedureDefinition, textArgument } from './procedure.js';

export const taskStatus: ProcedureDefinition = {
  database: 'msdb',
  name: 'rds_task_status',
  parameters: [
    { name: '@db_name', type: sysname },
    { name: '@task_id', type: sqlType.int },
  ],
  run(args, { instance }) {
    const rows = taskRows(
      instance,
      textArgument(args, '@db_name') ?? null,
      numberArgument(args, '@task_id') ?? 0,
    );
    return { messages: [], recordsets: [{ columns: taskColumns, rows }] };
  },
};

export const cancelTask: ProcedureDefinition = {
  database: 'msdb',
  name: 'rds_cancel_task',
  parameters: [
    { name: '@task_id', type: sqlType.int, required: true },
    // Older instances also took the database's name.
    { name: '@db_name', type: sysname },
  ],
  run(args, { instance }) {
    const id = numberArgument(args, '@task_id');
    const task = id === undefined ? undefined : instance.task(id);
    if (!task) throw raised(`There is no task with Id: ${String(id ?? 'NULL')}.`);
    if (task.type === 'FINISH_RESTORE') {
      throw raised(`Task Id: ${task.id} cannot be cancelled, because it is a FINISH_RESTORE task.`);
    }
    if (isTerminal(task)) {
      throw raised(
        `Task Id: ${task.id} cannot be cancelled, because it is in ${task.lifecycle} state.`,
      );
    }
    instance.requestCancel(task);
    return {
      messages: [`Task Id: ${task.id}`],
      recordsets: [{ columns: submitColumns, rows: [submitRow(task)] }],
    };
  },
};
