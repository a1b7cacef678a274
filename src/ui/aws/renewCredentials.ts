import * as vscode from 'vscode';
import { CancelledError, type EngineError } from '../../core/errors.js';

/**
 * Called in the middle of work whose credentials have expired: one sentence, one button. Resolves when
 * the user has signed in again, and the work goes on.
 * @throws CancelledError when the user does not want to
 */
export async function renewCredentials(error: EngineError): Promise<void> {
  const again = vscode.l10n.t('Sign In Again');
  const chosen = await vscode.window.showWarningMessage(error.message, again);
  if (chosen !== again) throw new CancelledError(error);
}
