import * as vscode from 'vscode';
import { CancelledError, EngineError } from '../../../core/errors.js';
import { isTerminal } from '../../../core/nativeTasks/taskRow.js';
import type { NativeTask } from '../../nativeTasks/nativeTasks.js';
import { taskOf, type TaskSubject } from '../../nativeTasks/askTask.js';
import { taskTitle } from '../../nativeTasks/taskWords.js';
import type { Services } from '../../services.js';

/** *Cancel Task…*: asks the server to cancel it, after a question where that throws work away. */
export async function cancelTask(services: Services, subject?: TaskSubject): Promise<void> {
  const task = await taskOf(services, subject, {
    title: vscode.l10n.t('Cancel Task'),
    none: vscode.l10n.t('No task runs on the instances that you are signed in to.'),
    fits: ({ row }) => !isTerminal(row.lifecycle),
  });
  const title = taskTitle(task.row, task.instanceId);
  if (isTerminal(task.row.lifecycle)) {
    throw new EngineError('task/ended', vscode.l10n.t('{0} has ended already.', title));
  }
  if (task.row.lifecycle === 'IN_PROGRESS') await confirm(task, title);
  await services.tasks.cancel(task);
}

/** @throws CancelledError */
async function confirm({ row }: NativeTask, title: string): Promise<void> {
  const cancel = vscode.l10n.t('Cancel Task');
  const detail = row.taskType.startsWith('RESTORE_DB')
    ? vscode.l10n.t('What it has restored so far is thrown away.')
    : vscode.l10n.t('What it has done so far is thrown away.');
  const keep = { title: vscode.l10n.t('Let It Run'), isCloseAffordance: true };
  const chosen = await vscode.window.showWarningMessage<vscode.MessageItem>(
    vscode.l10n.t('Cancel the task “{0}”?', title),
    { modal: true, detail },
    { title: cancel },
    keep,
  );
  if (chosen?.title !== cancel) throw new CancelledError();
}
