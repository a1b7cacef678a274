import * as vscode from 'vscode';
import { ask } from '../input/quickInput.js';
import { messageUri } from './taskDocuments.js';

/**
 * *Explain Failure…* of a text or an error, else of what is selected in the editor, else of what the
 * user pastes: opens what it means and what to do.
 */
export async function explainFailure(subject?: unknown): Promise<void> {
  const given = typeof subject === 'string' || subject instanceof Error;
  const message = given ? await textOf(subject) : (selectedText() ?? (await askForText()));
  const { diagnose } = await import('../../core/diagnosis/diagnose.js');
  if (diagnose(message) === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'This message is not among the known failures. Paste it whole, as the server wrote it: all of task_info, not only its last line.',
      ),
    );
    return;
  }
  await vscode.window.showTextDocument(messageUri(message), { preview: true });
}

async function textOf(subject: string | Error): Promise<string> {
  if (typeof subject === 'string') return subject;
  const { errorTexts } = await import('../../core/diagnosis/errorTexts.js');
  return errorTexts(subject).join('\n\n');
}

function selectedText(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  const text = editor?.document.getText(editor.selection).trim();
  return text === '' ? undefined : text;
}

function askForText(): Promise<string> {
  return ask(vscode.l10n.t('Explain Failure')).text({
    prompt: vscode.l10n.t('Paste the message, or the whole task_info of the task'),
    placeholder: 'Aborted the task because of a task failure…',
    problem: (text) => (text.trim() === '' ? vscode.l10n.t('Paste a message.') : undefined),
  });
}
