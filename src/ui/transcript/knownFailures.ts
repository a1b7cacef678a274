import * as vscode from 'vscode';
import { taskScheme } from '../ids.js';
import type { EndedTask } from './endedTasks.js';
import type { LineExplanation, LineFailure } from './failureLines.js';
import type { Failures } from './failures.js';
import { readTranscript, type TaskSection } from './readTranscript.js';
import type { Remedy, RemedyKind } from './remedies.js';
import { subjectOf } from './taskUri.js';

/** The section of a transcript that a line belongs to. */
export function sectionAt(document: vscode.TextDocument, line: number): TaskSection | undefined {
  return sectionsOf(document).find(({ messages }) =>
    messages.some((message) => message.line === line),
  );
}

export const sectionsOf = (document: vscode.TextDocument) =>
  readTranscript(document.getText().split(/\r?\n/));

/** The ended task that a section of a document or of the output is about. */
export function taskOf(
  document: vscode.TextDocument,
  section: TaskSection,
  { ended }: Failures,
): EndedTask | undefined {
  const subject = document.uri.scheme === taskScheme ? subjectOf(document.uri) : undefined;
  if (subject !== undefined) return subject.kind === 'task' ? ended.get(subject.key) : undefined;
  return ended.all.find(
    ({ taskId, instanceId }) =>
      taskId === section.task?.taskId && instanceId === section.task.instanceId,
  );
}

export async function explanationAt(
  section: TaskSection,
  line: number,
  task: EndedTask | undefined,
): Promise<LineExplanation | undefined> {
  const { explainLine } = await import('./failureLines.js');
  return explainLine(section.messages, line, task?.situation);
}

export async function failureIn(
  section: TaskSection,
  task: EndedTask | undefined,
): Promise<LineFailure | undefined> {
  const { failureOf } = await import('./failureLines.js');
  return failureOf(section.messages, task?.situation);
}

/** The commands that help against a failure, with the words that people read. */
export async function remediesFor(
  diagnosis: { readonly id: string },
  task: EndedTask | undefined,
  failures: Failures,
): Promise<(Remedy & { readonly title: string })[]> {
  const { remediesOf } = await import('./remedies.js');
  const instance = task && failures.instance(task.instanceArn);
  return remediesOf(diagnosis, { task, instance }).map((remedy) => ({
    ...remedy,
    title: remedyTitle(remedy.kind),
  }));
}

function remedyTitle(kind: RemedyKind): string {
  const { l10n } = vscode;
  switch (kind) {
    case 'encrypt-and-upload':
      return l10n.t('Encrypt and Upload to S3…');
    case 'restore-without-key':
      return l10n.t('Restore Without a Key…');
    case 'restore-with-key':
      return l10n.t('Restore with the Key of the Envelope…');
    case 'restore-elsewhere':
      return l10n.t('Restore Elsewhere or under Another Name…');
    case 'inspect':
      return l10n.t('Inspect Backup…');
    case 'open-console':
      return l10n.t('Open in AWS Console');
    case 'renew-credentials':
      return l10n.t('Sign In to AWS Again');
    case 'sign-in':
      return l10n.t('Sign In to Instance…');
  }
}
