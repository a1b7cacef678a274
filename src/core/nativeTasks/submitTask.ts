import { EngineError } from '../errors.js';
import { normalised, number, text } from './columns.js';
import type { Statement, StatementResult, StatementRunner } from './statement.js';
import { taskStatus } from './statements.js';
import { readTaskRows } from './taskRow.js';

export interface SubmittedTask {
  readonly taskId: number;
  /** As the instance reported it, usually `CREATED`. */
  readonly lifecycle?: string;
}

const uncertainCodes = ['sql/connection-lost', 'sql/request-timeout'];
const databaseParameters = ['restore_db_name', 'source_db_name', 'db_name'];

/**
 * Runs a procedure that queues a task and finds out its id: from the result set, else from the
 * message `Task Id: N`, else from the newest task of the same database and S3 object.
 * @throws EngineError `task/submit-uncertain` when the connection broke and the task may be queued,
 *   `task/no-task-id`; refusals of the instance pass through
 */
export async function submitTask(
  runner: StatementRunner,
  statement: Statement,
  signal?: AbortSignal,
): Promise<SubmittedTask> {
  const result = await send(runner, statement, signal);
  const task =
    fromRecordset(result) ?? fromMessages(result) ?? (await newestTask(runner, statement, signal));
  if (task) return task;
  throw new EngineError(
    'task/no-task-id',
    'The instance took the task but did not say its id. Look for it in the list of tasks.',
  );
}

async function send(runner: StatementRunner, statement: Statement, signal?: AbortSignal) {
  try {
    return await runner.run(statement, signal);
  } catch (error) {
    if (!(error instanceof EngineError) || !uncertainCodes.includes(error.code)) throw error;
    throw new EngineError(
      'task/submit-uncertain',
      'The connection broke before the instance answered, so the task may or may not be queued. ' +
        'Look at the list of tasks before you submit it again.',
      { cause: error },
    );
  }
}

function fromRecordset({ recordsets }: StatementResult): SubmittedTask | undefined {
  for (const row of recordsets.flat()) {
    const columns = normalised(row);
    const taskId = number(columns.get('task_id'));
    const lifecycle = text(columns.get('lifecycle'));
    if (taskId !== undefined) return lifecycle ? { taskId, lifecycle } : { taskId };
  }
  return undefined;
}

function fromMessages({ messages }: StatementResult): SubmittedTask | undefined {
  const id = messages.map((message) => /Task Id:\s*(\d+)/i.exec(message)?.[1]).find(Boolean);
  return id === undefined ? undefined : { taskId: Number(id) };
}

async function newestTask(runner: StatementRunner, statement: Statement, signal?: AbortSignal) {
  const { parameters } = statement;
  const databaseName = parameters.find(({ name }) => databaseParameters.includes(name))?.value;
  if (typeof databaseName !== 'string') return undefined;
  const arn = parameters.find(({ name }) => name.startsWith('s3_arn_'))?.value;
  const rows = readTaskRows(await runner.run(taskStatus({ databaseName }), signal));
  // The tasks of an earlier attempt are still listed: only one with the same object can be ours.
  const [newest] = rows
    .filter((row) => arn === undefined || row.s3ObjectArn === arn)
    .sort((a, b) => b.taskId - a.taskId);
  return newest && { taskId: newest.taskId, lifecycle: newest.lifecycle };
}
