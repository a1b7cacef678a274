import * as vscode from 'vscode';
import type { Services } from '../services.js';
import { RestoreFlow } from './restoreFlow.js';
import type { RestoreSubject } from './restoreSubject.js';
import { startRestore } from './startRestore.js';

/** *Restore Database…*: asks for what is not known yet, checks, and has the instance restore. */
export async function restore(services: Services, subject: RestoreSubject = {}): Promise<void> {
  const plan = await new RestoreFlow(services, subject).ask();
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Window,
      title: vscode.l10n.t('Starting the restore of {0}', plan.databaseName),
    },
    () => startRestore(services, plan, { interactive: true }),
  );
}
