import * as vscode from 'vscode';
import { isCancelled } from '../../core/errors.js';
import { logFailure, showFailure } from '../failures/showFailure.js';
import type { CommandId } from '../ids.js';

/**
 * Registers a command whose failures are logged and told in one place. Cancelling (an input left with
 * Escape throws CancelledError) leaves no trace; the command then returns undefined.
 */
export function registerCommand(
  log: vscode.LogOutputChannel,
  id: CommandId,
  run: (...args: never[]) => unknown,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: never[]) => {
    log.debug(`Command ${id}`);
    try {
      return await run(...args);
    } catch (error) {
      if (isCancelled(error)) return undefined;
      logFailure(log, `Command ${id}`, error);
      showFailure(error);
      return undefined;
    }
  });
}
