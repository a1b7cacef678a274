import * as vscode from 'vscode';
import { registerCommand } from '../commands/registerCommand.js';
import { commandIds } from '../ids.js';
import { ask } from '../input/quickInput.js';
import type { Services } from '../services.js';
import type { TreeNode } from '../views/node.js';
import type { Work } from '../work/work.js';
import { WorkStatusBar } from '../work/workStatusBar.js';
import { upload } from './upload.js';
import { uploadSubject } from './uploadSubject.js';

/** *Encrypt and Upload*, the cancellation of transfers, and the status bar. */
export function registerTransfers(services: Services): vscode.Disposable {
  const { log, work } = services;
  return vscode.Disposable.from(
    registerCommand(log, commandIds.upload, (first?: unknown, second?: unknown) =>
      upload(services, uploadSubject(first, second)),
    ),
    registerCommand(log, commandIds.cancelTransfer, async (node?: Pick<TreeNode, 'work'>) => {
      (node?.work ?? (await askTransfer(work.items)))?.cancel();
    }),
    new WorkStatusBar(work),
  );
}

async function askTransfer(items: readonly Work[]): Promise<Work | undefined> {
  const live = items.filter((item) => item.live && item.kind !== 'native-task');
  if (live.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No transfer is running.'));
    return undefined;
  }
  return ask(vscode.l10n.t('Cancel Transfer')).pick({
    placeholder: vscode.l10n.t('Transfer to cancel'),
    items: live.map((item) => ({ label: item.title, description: item.detail, value: item })),
  });
}
