import { type TaskMessage } from '../../core/nativeTasks/taskInfo.js';
import { type TaskRow } from '../../core/nativeTasks/taskRow.js';
import { formatTime } from './dates.js';
import { type Style } from '../terminal/style.js';
import { labelled, printable, table } from './text.js';

/** `RESTORE_DB of Northwind`. */
export const taskName = ({ taskType, databaseName }: TaskRow) =>
  databaseName === undefined ? taskType : `${taskType} of ${databaseName}`;

const percent = ({ percentComplete }: TaskRow) =>
  percentComplete === undefined ? '' : `${percentComplete} %`;

export function lifecycleText(lifecycle: string, style: Style): string {
  if (lifecycle === 'SUCCESS') return style.green(lifecycle);
  if (lifecycle === 'ERROR') return style.red(lifecycle);
  return lifecycle.startsWith('CANCEL') ? style.yellow(lifecycle) : style.bold(lifecycle);
}

/** The list of tasks, newest first. */
export function taskTable(rows: readonly TaskRow[], style: Style): string {
  const cells = [...rows]
    .sort((a, b) => b.taskId - a.taskId)
    .map((row) => [
      String(row.taskId),
      row.taskType,
      row.databaseName ?? '',
      row.lifecycle,
      percent(row),
      formatTime(row.createdAt),
      row.s3ObjectArn ?? '',
    ]);
  const [headings = '', ...lines] = table(
    ['Task', 'Type', 'Database', 'State', 'Done', 'Created', 'Object'],
    cells,
  );
  return [style.bold(headings), ...lines].join('\n');
}

/** What rds_task_status says of one task, besides its messages. */
export function taskFacts(row: TaskRow, style: Style, width: number): string {
  const facts: [string, string][] = [
    ['Object', row.s3ObjectArn ?? ''],
    ['KMS key', row.kmsKeyArn ?? ''],
    ['Created', formatTime(row.createdAt)],
    ['Updated', formatTime(row.lastUpdated)],
  ];
  const progress = percent(row) === '' ? '' : `, ${percent(row)}`;
  return [
    `${style.bold(`Task ${row.taskId}`)}  ${printable(taskName(row))}  ${lifecycleText(row.lifecycle, style)}${progress}`,
    ...facts
      .filter(([, value]) => value !== '')
      .map(([label, value]) => labelled(`  ${label}`, printable(value), 11, width)),
  ].join('\n');
}

/** One message of task_info, coloured by what it means. */
export function messageText(message: TaskMessage, style: Style): string {
  const stamp = message.stamp === undefined ? '' : `${style.dim(`[${message.stamp}]`)} `;
  const text = printable(message.text);
  switch (message.kind) {
    case 'completed':
    case 'engine-done':
      return stamp + style.green(text);
    case 'failure-frame':
    case 'clean-up':
      return stamp + style.red(text);
    case 'engine-progress':
    case 'file-progress':
      return stamp + style.dim(text);
    default:
      return stamp + text;
  }
}
