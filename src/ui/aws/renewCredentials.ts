import * as vscode from 'vscode';
import { CancelledError, type EngineError } from '../../core/errors.js';

let asking: Promise<void> | undefined;

/**
 * Called in the middle of work whose credentials have expired: one sentence, one button, for all work
 * that waits. Resolves when the user has signed in again, and the work goes on.
 * @throws CancelledError when the user does not want to; EngineError `aws/sign-in-failed`
 */
export function renewCredentials(error: EngineError): Promise<void> {
  asking ??= askToSignIn(error.message).finally(() => (asking = undefined));
  return asking;
}

async function askToSignIn(sentence: string): Promise<void> {
  const again = vscode.l10n.t('Sign In Again');
  const chosen = await vscode.window.showWarningMessage(sentence, again);
  if (chosen !== again) throw new CancelledError();
  const { signInToAws } = await import('./signInToAws.js');
  await signInToAws();
}
