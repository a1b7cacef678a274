import { cancelTask, taskStatus } from '../../core/nativeTasks/statements.js';
import { readTaskRows, type TaskRow } from '../../core/nativeTasks/taskRow.js';
import { type Connect, connected } from '../../core/sql/connected.js';

/** The tasks of the instance, or the one asked for; an unknown one is no row. */
export function readTasks(
  connect: Connect,
  o: { readonly taskId?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<TaskRow[]> {
  const statement = taskStatus({ taskId: o.taskId });
  return connected(
    connect,
    async (connection) => readTaskRows(await connection.run(statement, o.signal)),
    o.signal,
  );
}

/** Asks the server to cancel a task. @returns the task as it is then, which may not have ended yet */
export function requestCancel(connect: Connect, taskId: number): Promise<TaskRow[]> {
  return connected(connect, async (connection) => {
    await connection.run(cancelTask(taskId));
    return readTaskRows(await connection.run(taskStatus({ taskId })));
  });
}
