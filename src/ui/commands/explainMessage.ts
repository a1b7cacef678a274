import * as vscode from 'vscode';
import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';
import { commandIds } from '../ids.js';

/**
 * *RDS Backup: Explain an Error Message…*: takes the selected text, or asks for one, and says what
 * the message of RDS, SQL Server or AWS means and what to do about it.
 */
export function registerExplainMessage(log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.commands.registerCommand(commandIds.explainMessage, async () => {
    const text = selectedText() ?? (await askForText());
    if (text === undefined) return;
    const { diagnose } = await import('../../core/diagnosis/diagnose.js');
    const diagnosis = diagnose(text);
    log.info(`Explained a message: ${diagnosis?.id ?? 'not known'}.`);
    if (diagnosis === undefined) {
      void vscode.window.showInformationMessage(
        'This message is not in the catalogue of known failures. Paste the whole task_info or error text, not only its last line.',
      );
      return;
    }
    const document = await vscode.workspace.openTextDocument({
      language: 'markdown',
      content: asMarkdown(diagnosis, text),
    });
    await vscode.window.showTextDocument(document, { preview: true });
  });
}

function selectedText(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  const text = editor?.document.getText(editor.selection).trim();
  return text === '' ? undefined : text;
}

async function askForText(): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Explain an Error Message',
    prompt: 'Paste the message, or the whole task_info of the task.',
    placeHolder: 'Aborted the task because of a task failure…',
    ignoreFocusOut: true,
  });
  return text?.trim() === '' ? undefined : text;
}

function asMarkdown(diagnosis: Diagnosis, message: string): string {
  const quoted = message
    .split(/\r\n|\r|\n/)
    .map((line) => `> ${line}`)
    .join('\n');
  return [
    `# ${diagnosis.title}`,
    quoted,
    `**Cause.** ${diagnosis.cause}`,
    `**What to do.** ${diagnosis.fix}`,
    '',
  ].join('\n\n');
}
