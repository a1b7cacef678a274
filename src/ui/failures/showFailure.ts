import * as vscode from 'vscode';
import { commandIds } from '../ids.js';
import { failureSentence } from './failureSentence.js';
import { viewStateOf } from './viewState.js';

/** Writes an error and all its causes into the log; messages only, never what an error carries along. */
export function logFailure(log: vscode.LogOutputChannel, doing: string, error: unknown): void {
  log.error(`${doing}: ${failureSentence(error)}`);
  let cause = error instanceof Error ? error.cause : undefined;
  for (let depth = 0; cause !== undefined && depth < 8; depth++) {
    log.error(`  caused by ${failureSentence(cause)}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  if (error instanceof Error && error.stack !== undefined) log.debug(error.stack);
}

/** One sentence with the one button that helps most. Does not wait for an answer. */
export function showFailure(error: unknown): void {
  void tell(error);
}

async function tell(error: unknown): Promise<void> {
  const sentence = failureSentence(error);
  const button = await buttonFor(error);
  const chosen = await vscode.window.showErrorMessage(sentence, button.title);
  if (chosen === button.title) {
    await vscode.commands.executeCommand(button.command, ...(button.arguments ?? []));
  }
}

async function buttonFor(error: unknown): Promise<vscode.Command & { arguments?: unknown[] }> {
  switch (viewStateOf(error)) {
    case 'expired':
      return { title: vscode.l10n.t('Sign In Again'), command: commandIds.renewCredentials };
    case 'no-credentials':
      return { title: vscode.l10n.t('Select Profile'), command: commandIds.selectProfile };
    case 'no-region':
      return { title: vscode.l10n.t('Select Region'), command: commandIds.selectRegion };
    case 'not-signed-in':
      return { title: vscode.l10n.t('Sign In to Instance…'), command: commandIds.signIn };
    default: {
      const { diagnose } = await import('../../core/diagnosis/diagnose.js');
      return diagnose(error) === undefined
        ? { title: vscode.l10n.t('Show Log'), command: commandIds.showLog }
        : {
            title: vscode.l10n.t('Explain'),
            command: commandIds.explainFailure,
            arguments: [error],
          };
    }
  }
}
