import * as vscode from 'vscode';
import { CancelledError } from '../../core/errors.js';

/** Lets the user choose backup files of this machine, at least one. @throws CancelledError */
export async function chooseBackups(
  o: Pick<vscode.OpenDialogOptions, 'title' | 'openLabel' | 'canSelectMany'>,
): Promise<[vscode.Uri, ...vscode.Uri[]]> {
  const [first, ...others] =
    (await vscode.window.showOpenDialog({
      ...o,
      filters: {
        [vscode.l10n.t('SQL Server backups')]: ['bak', 'trn', 'dif', 'BAK', 'TRN', 'DIF'],
        [vscode.l10n.t('All files')]: ['*'],
      },
    })) ?? [];
  if (first === undefined) throw new CancelledError();
  return [first, ...others];
}
