import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';
import { failureSentence } from '../failures/failureSentence.js';
import { commandIds } from '../ids.js';
import type { Services } from '../services.js';
import type { NativeTask } from './nativeTasks.js';
import { taskTitle } from './taskWords.js';

type Teller = Pick<Services, 'aws' | 'logins'>;

/** Tells how a task has ended, once and without taking the focus. Does not wait for an answer. */
export async function tellTaskEnd(
  services: Teller,
  task: NativeTask,
  instance: Instance,
): Promise<void> {
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
  const diagnosis = await diagnosisOf(services, task, instance);
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

/** Tells that a task goes on unwatched. */
export async function tellNotFollowed(
  { row, instanceId }: NativeTask,
  error: unknown,
  again: () => void,
): Promise<void> {
  const follow = vscode.l10n.t('Follow Again');
  const told = vscode.l10n.t(
    '{0} is no longer followed: {1}',
    taskTitle(row, instanceId),
    failureSentence(error),
  );
  if ((await vscode.window.showWarningMessage(told, follow)) === follow) again();
}

function failureText(title: string, { row }: NativeTask, diagnosis: Diagnosis | undefined): string {
  if (diagnosis === undefined) return vscode.l10n.t('{0} failed (task {1}).', title, row.taskId);
  const [note] = diagnosis.situationNotes;
  return note === undefined
    ? vscode.l10n.t('{0} failed (task {1}): {2}.', title, row.taskId, diagnosis.title)
    : vscode.l10n.t('{0} failed (task {1}): {2}. {3}', title, row.taskId, diagnosis.title, note);
}

async function diagnosisOf(
  { aws, logins }: Teller,
  { row }: NativeTask,
  instance: Instance,
): Promise<Diagnosis | undefined> {
  const [{ diagnose }, { taskSituation }] = await Promise.all([
    import('../../core/diagnosis/diagnose.js'),
    import('../../core/diagnosis/taskSituation.js'),
  ]);
  const session = await aws.session().catch(() => undefined);
  const situation = await taskSituation(row, {
    session,
    instance,
    connect: (signal) => logins.connect(instance, { interactive: false, signal }),
    justFailed: true,
  });
  return diagnose(row.taskInfo, situation);
}
