import * as vscode from 'vscode';
import { CancelledError } from '../../core/errors.js';
import { registerCommand } from '../commands/registerCommand.js';
import { commandIds, viewIds } from '../ids.js';
import type { Services } from '../services.js';
import { LocalSandbox } from './localSandbox.js';

/** *Start*, *Stop* and *Reset Local Sandbox*. */
export function registerLocalSandbox(services: Services): vscode.Disposable {
  const { log } = services;
  const sandbox = new LocalSandbox(services);
  return vscode.Disposable.from(
    sandbox,
    registerCommand(log, commandIds.startSandbox, async () => {
      await inProgress(vscode.l10n.t('Starting the local sandbox'), () => sandbox.start());
      await vscode.commands.executeCommand(`${viewIds.instances}.focus`);
    }),
    registerCommand(log, commandIds.stopSandbox, () =>
      inProgress(vscode.l10n.t('Stopping the local sandbox'), () => sandbox.stop()),
    ),
    registerCommand(log, commandIds.resetSandbox, async () => {
      await confirmReset();
      await inProgress(vscode.l10n.t('Resetting the local sandbox'), () => sandbox.reset());
    }),
  );
}

function inProgress<T>(title: string, body: () => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: { viewId: viewIds.instances }, title }, body);
}

async function confirmReset(): Promise<void> {
  const verb = vscode.l10n.t('Reset');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Reset the local sandbox?'),
    {
      modal: true,
      detail: vscode.l10n.t('Its buckets, objects, keys, databases and tasks are deleted.'),
    },
    verb,
  );
  if (chosen !== verb) throw new CancelledError();
}
