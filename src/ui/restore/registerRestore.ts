import type * as vscode from 'vscode';
import { registerCommand } from '../commands/registerCommand.js';
import { commandIds } from '../ids.js';
import type { Services } from '../services.js';
import type { RestoreSubject } from './restoreSubject.js';

/** *Restore Database…*, from the palette, a row of a tree, a link, or after an upload. */
export function registerRestore(services: Services): vscode.Disposable {
  return registerCommand(services.log, commandIds.restore, async (subject?: RestoreSubject) => {
    const { restore } = await import('./restore.js');
    await restore(services, subject);
  });
}
