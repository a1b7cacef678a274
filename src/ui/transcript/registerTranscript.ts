import * as vscode from 'vscode';
import { registerCommand } from '../commands/registerCommand.js';
import { logFailure } from '../failures/showFailure.js';
import { commandIds, taskLogLanguage, taskScheme } from '../ids.js';
import type { TaskSubject } from '../nativeTasks/askTask.js';
import type { NativeTask } from '../nativeTasks/nativeTasks.js';
import type { Services } from '../services.js';
import { keepEndInSight } from './endInSight.js';
import { FailureActions, FailureLenses } from './failureActions.js';
import { FailureHover } from './failureHover.js';
import { FailureProblems } from './failureProblems.js';
import { Failures } from './failures.js';
import { TaskChannel } from './taskChannel.js';
import { TaskDocuments } from './taskDocuments.js';
import { tellTaskEnd } from './tellTaskEnd.js';

const isTaskSubject = (subject: unknown): subject is TaskSubject =>
  typeof subject === 'object' && subject !== null && 'task' in subject;

/** Transcripts of native tasks: output channel, documents, and the explanation of their failures. */
export function registerTranscript(services: Services): vscode.Disposable {
  const { log, tasks } = services;
  const failures = new Failures(services);
  const channel = new TaskChannel();
  const documents = new TaskDocuments(services, failures);
  const problems = new FailureProblems(services, failures);
  const lenses = new FailureLenses(failures);
  const inDocuments = { scheme: taskScheme, language: taskLogLanguage };

  async function ended(task: NativeTask): Promise<void> {
    if (task.row.lifecycle === 'ERROR') problems.add(task);
    const { row, situation } = await failures.learn(task, true);
    const { failureAccount } = await import('./transcriptOfRow.js');
    channel.stream.add(task, failureAccount(row, situation));
  }

  async function show(subject?: TaskSubject): Promise<void> {
    const { showTranscript } = await import('./showTranscript.js');
    await showTranscript(services, failures, subject);
  }

  return vscode.Disposable.from(
    ...[failures, channel, documents, problems, lenses],
    tasks.onEvent(({ task, event }) => {
      channel.stream.tell(task, event);
      if (event.kind !== 'done') return;
      ended({ ...task, row: event.row }).catch((error: unknown) => {
        logFailure(log, `Explaining task ${task.taskId}`, error);
      });
    }),
    tasks.onDidEnd((task) => {
      tellTaskEnd(failures, task).catch((error: unknown) => {
        logFailure(log, `Telling how task ${task.taskId} has ended`, error);
      });
    }),
    keepEndInSight(),
    vscode.workspace.registerFileSystemProvider(taskScheme, documents, {
      isCaseSensitive: true,
      isReadonly: new vscode.MarkdownString(
        vscode.l10n.t('This is what the server wrote about a task; it cannot be edited.'),
      ),
    }),
    vscode.languages.registerHoverProvider(taskLogLanguage, new FailureHover(failures)),
    vscode.languages.registerCodeActionsProvider(inDocuments, new FailureActions(failures), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    vscode.languages.registerCodeLensProvider(inDocuments, lenses),
    registerCommand(log, commandIds.showTranscript, show),
    registerCommand(log, commandIds.explainFailure, async (subject?: unknown) => {
      // A failed task accounts for its failure itself.
      if (isTaskSubject(subject)) return show(subject);
      const { explainFailure } = await import('./explainFailure.js');
      return explainFailure(subject);
    }),
  );
}
