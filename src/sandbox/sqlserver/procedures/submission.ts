import { isTerminal, type Task } from '../../agent/task.js';
import type { FunctionContext } from '../functions.js';
import { raised, SqlError } from '../sqlError.js';
import { namesCollide, type NewTask, type SqlInstance } from '../sqlInstance.js';
import { sqlType } from '../types.js';
import { submitColumns, submitRow } from '../taskRows.js';
import {
  type Arguments,
  numberArgument,
  type ParameterDefinition,
  type ProcedureResult,
  textArgument,
} from './procedure.js';

const largestTransfer = 4_194_304;
const transferUnit = 65_536;

export const arnType = sqlType.nvarchar(2048);

/** Parameters of all that read or write a backup. */
export const tuning: readonly ParameterDefinition[] = [
  { name: '@block_size', type: sqlType.int },
  { name: '@max_transfer_size', type: sqlType.int },
  { name: '@buffer_count', type: sqlType.int },
];

/** What holds for everything that queues a backup or restore task. */
export function checkSubmission({ instance, transactionCount }: FunctionContext): void {
  if (transactionCount > 0) {
    throw new SqlError(
      3021,
      16,
      0,
      'Cannot perform a backup or restore operation within a transaction.',
    );
  }
  if (!optionRole(instance)) {
    throw raised(
      'Database backup/restore option is not enabled yet or is in the process of being enabled. Please try again later.',
    );
  }
}

/** The role of the backup option; undefined until the option is in force on the instance. */
export function optionRole(instance: SqlInstance): string | undefined {
  const { optionGroup } = instance.description;
  if (optionGroup.status !== 'in-sync') return undefined;
  const option = optionGroup.options.find(({ name }) => name === 'SQLSERVER_BACKUP_RESTORE');
  return option?.settings['IAM_ROLE_ARN'];
}

export const databaseExists = (name: string) =>
  `Database '${name}' already exists. Two databases that differ only by case or accent are not allowed. Choose a different database name.`;

export function databaseName(args: Arguments, parameter: string): string {
  const name = textArgument(args, parameter);
  if (name === undefined) {
    throw raised(`Database name for the input parameter ${parameter} can't be empty or null.`);
  }
  return name;
}

export function s3Arn(args: Arguments, parameter: string): string {
  const arn = textArgument(args, parameter);
  if (arn === undefined) throw raised('S3 ARN prefix cannot be empty');
  return arn;
}

/** `@type` of a database backup. */
export function backupType(args: Arguments): 'FULL' | 'DIFFERENTIAL' {
  const type = (textArgument(args, '@type') ?? 'FULL').toUpperCase();
  if (type === 'FULL' || type === 'DIFFERENTIAL') return type;
  throw raised(`The value '${type}' is not valid for @type. Specify FULL or DIFFERENTIAL.`);
}

export function checkTuning(args: Arguments): void {
  const blockSize = numberArgument(args, '@block_size');
  const isPower = blockSize !== undefined && (blockSize & (blockSize - 1)) === 0;
  if (blockSize !== undefined && !(isPower && blockSize >= 512 && blockSize <= 65_536)) {
    throw raised('Invalid value specified for BLOCKSIZE parameter.');
  }
  const transfer = numberArgument(args, '@max_transfer_size');
  if (
    transfer !== undefined &&
    !(transfer > 0 && transfer <= largestTransfer && transfer % transferUnit === 0)
  ) {
    throw raised('Invalid value specified for MAXTRANSFERSIZE parameter.');
  }
  const buffers = numberArgument(args, '@buffer_count');
  if (buffers !== undefined && buffers <= 0) {
    throw raised('Invalid value specified for BUFFERCOUNT parameter.');
  }
}

/** One task per database may be pending, except behind restores that leave it RESTORING. */
export function checkPending(
  instance: SqlInstance,
  name: string,
  mayFollow: (task: Task) => boolean,
): void {
  const pending = pendingTasks(instance, name).find((task) => !mayFollow(task));
  if (pending) throw raised(taskAlreadyIssued(name, pending));
}

export const taskAlreadyIssued = (name: string, { id }: Task) =>
  `A task has already been issued for database: ${name} with task Id: ${id}, please try again later.`;

export function pendingTasks(instance: SqlInstance, name: string): Task[] {
  return instance.state.tasks.filter(
    (task) => namesCollide(task.databaseName, name) && !isTerminal(task),
  );
}

/** Queues a task and answers as RDS does: its id as a message and as a row. */
export function submit(
  { instance, login }: FunctionContext,
  task: Omit<NewTask, 'login'>,
): ProcedureResult {
  const added = instance.addTask({ ...task, login });
  return {
    messages: [`Task Id: ${added.id}`],
    recordsets: [{ columns: submitColumns, rows: [submitRow(added)] }],
  };
}
