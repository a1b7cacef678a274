import * as vscode from 'vscode';
import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';
import { commandIds } from '../ids.js';
import type { NativeTask } from '../nativeTasks/nativeTasks.js';
import { taskTitle } from '../nativeTasks/taskWords.js';
import type { Failures } from './failures.js';

/** Tells how a task has ended, once and without taking the focus. Resolves when that was answered. */
export async function tellTaskEnd(failures: Failures, task: NativeTask): Promise<void> {
  const { row, instanceId } = task;
  const title = taskTitle(row, instanceId);
  const transcript = vscode.l10n.t('Show Transcript');
  const explain = vscode.l10n.t('Explain');
  const showTranscript = () => vscode.commands.executeCommand(commandIds.showTranscript, { task });
  if (row.lifecycle !== 'ERROR') {
    const told =
      row.lifecycle === 'SUCCESS'
        ? vscode.l10n.t('{0} succeeded (task {1}).', title, row.taskId)
        : vscode.l10n.t('{0} was cancelled (task {1}).', title, row.taskId);
    if ((await vscode.window.showInformationMessage(told, transcript)) === transcript) {
      await showTranscript();
    }
    return;
  }
  const { situation } = await failures.learn(task, true);
  const { diagnose } = await import('../../core/diagnosis/diagnose.js');
  const diagnosis = diagnose(row.taskInfo, situation);
  const buttons = diagnosis === undefined ? [transcript] : [explain, transcript];
  const chosen = await vscode.window.showErrorMessage(
    failureText(title, task, diagnosis),
    ...buttons,
  );
  if (chosen === explain) {
    await vscode.commands.executeCommand(commandIds.explainFailure, row.taskInfo);
  }
  if (chosen === transcript) await showTranscript();
}

function failureText(title: string, { row }: NativeTask, diagnosis: Diagnosis | undefined): string {
  if (diagnosis === undefined) return vscode.l10n.t('{0} failed (task {1}).', title, row.taskId);
  const [note] = diagnosis.situationNotes;
  return note === undefined
    ? vscode.l10n.t('{0} failed (task {1}): {2}.', title, row.taskId, diagnosis.title)
    : vscode.l10n.t('{0} failed (task {1}): {2}. {3}', title, row.taskId, diagnosis.title, note);
}
