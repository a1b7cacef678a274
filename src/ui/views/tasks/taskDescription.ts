import { isTerminal, type TaskRow } from '../../../core/nativeTasks/taskRow.js';
import { taskPercent } from '../../../core/text/taskFacts.js';
import { formatTime } from '../../../core/text/times.js';

/**
 * What stands behind a task's name: `#12 · running · 45 %`, `#12 · succeeded 14:03`.
 * @param word the state in a word
 * @param now times of other days get their date
 */
export function taskDescription(row: TaskRow, word: string, now: Date): string {
  const id = `#${row.taskId}`;
  if (!isTerminal(row.lifecycle)) {
    const percent = row.lifecycle === 'CREATED' ? '' : taskPercent(row);
    return [id, word, percent].filter((part) => part !== '').join(' · ');
  }
  const time = shortTime(row.lastUpdated ?? row.createdAt, now);
  return `${id} · ${time === '' ? word : `${word} ${time}`}`;
}

function shortTime(date: Date | undefined, now: Date): string {
  const [day = '', time = ''] = formatTime(date).split(' ');
  if (day === '') return '';
  const clock = time.slice(0, 5);
  return formatTime(now).startsWith(day) ? clock : `${day} ${clock}`;
}
