import * as vscode from 'vscode';
import { EngineError } from '../../../core/errors.js';
import { taskOf, type TaskSubject } from '../../nativeTasks/askTask.js';
import { restoreOfRow } from '../../nativeTasks/restoreOfRow.js';
import { taskTitle } from '../../nativeTasks/taskWords.js';
import type { Services } from '../../services.js';
import { confirmBriefly } from '../confirmBriefly.js';

/** *Copy T-SQL…* of a restore that was started, by us or by others. */
export async function copyTaskSql(services: Services, subject?: TaskSubject): Promise<void> {
  const task = await taskOf(services, subject, {
    title: vscode.l10n.t('Copy T-SQL'),
    none: vscode.l10n.t('There is no restore on the instances that you are signed in to.'),
    fits: ({ row }) => restoreOfRow(row) !== undefined,
  });
  const restore = restoreOfRow(task.row);
  if (restore === undefined) {
    throw new EngineError(
      'task/no-restore',
      vscode.l10n.t(
        '{0} is no restore of a full or differential backup.',
        taskTitle(task.row, task.instanceId),
      ),
    );
  }
  const [{ restoreDatabase }, { renderStatement }] = await Promise.all([
    import('../../../core/nativeTasks/statements.js'),
    import('../../../core/nativeTasks/renderStatement.js'),
  ]);
  await copySql(renderStatement(restoreDatabase(restore)));
}

/** Puts T-SQL on the clipboard and says so where it does not disturb. */
export async function copySql(sql: string): Promise<void> {
  await vscode.env.clipboard.writeText(sql);
  confirmBriefly(vscode.l10n.t('T-SQL copied'));
}
