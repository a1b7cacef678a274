import { diagnose } from '../../core/diagnosis/diagnose.js';
import type { Situation } from '../../core/diagnosis/situation.js';
import { followTask, nothingSeen } from '../../core/nativeTasks/followTask.js';
import type { TaskRow } from '../../core/nativeTasks/taskRow.js';
import { accountLines, factLines, headingLine, TaskLines } from './transcriptText.js';

/**
 * The transcript of a task as the server's list has it now: what following it from the beginning would
 * have written, but for what happened to the connection.
 * @param situation what is known of a failed task
 */
export function transcriptOfRow(row: TaskRow, instanceId: string, situation?: Situation): string[] {
  const lines = new TaskLines();
  return [
    headingLine(row, instanceId),
    ...factLines(row),
    ...followTask(nothingSeen, row).events.flatMap((event) => lines.of(event)),
    ...failureAccount(row, situation),
  ];
}

/** What a failed task's failure means; nothing where it did not fail or nobody knows. */
export function failureAccount(row: TaskRow, situation?: Situation): string[] {
  const diagnosis = row.lifecycle === 'ERROR' ? diagnose(row.taskInfo, situation) : undefined;
  return diagnosis === undefined ? [] : accountLines(diagnosis);
}
