import * as vscode from 'vscode';
import { commandIds } from '../ids.js';

/** *Explain Failure…* of an error, or of its text, for a row that a click opens. */
export const explainCommand = (subject: unknown): vscode.Command => ({
  command: commandIds.explainFailure,
  title: vscode.l10n.t('Explain'),
  arguments: [subject],
});
