import type { TaskMessage } from '../../core/nativeTasks/taskInfo.js';
import type { TaskRow } from '../../core/nativeTasks/taskRow.js';
import { taskFacts, taskName, taskPercent } from '../../core/text/taskFacts.js';
import { formatTime } from '../../core/text/times.js';
import type { Style } from '../terminal/style.js';
import { factLines, printable, table } from './text.js';

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
      taskPercent(row),
      formatTime(row.createdAt),
      row.s3ObjectArn ?? '',
    ]);
  const [headings = '', ...lines] = table(
    ['Task', 'Type', 'Database', 'State', 'Done', 'Created', 'Object'],
    cells,
  );
  return [style.bold(headings), ...lines].join('\n');
}

/** One task: its name and state, and what else is known of it besides its messages. */
export function taskText(row: TaskRow, style: Style, width: number): string {
  const percent = taskPercent(row);
  const progress = percent === '' ? '' : `, ${percent}`;
  return [
    `${style.bold(`Task ${row.taskId}`)}  ${printable(taskName(row))}  ${lifecycleText(row.lifecycle, style)}${progress}`,
    ...factLines(taskFacts(row), 11, width),
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
