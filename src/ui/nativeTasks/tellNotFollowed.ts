import * as vscode from 'vscode';
import { failureSentence } from '../failures/failureSentence.js';
import type { NativeTask } from './nativeTasks.js';
import { taskTitle } from './taskWords.js';

/** Tells that a task goes on unwatched. */
export async function tellNotFollowed(
  { row, instanceId }: NativeTask,
  error: unknown,
  again: () => void,
): Promise<void> {
  const follow = vscode.l10n.t('Follow Again');
  const told = vscode.l10n.t(
    '{0} is no longer followed: {1}',
    taskTitle(row, instanceId),
    failureSentence(error),
  );
  if ((await vscode.window.showWarningMessage(told, follow)) === follow) again();
}
