import { collapse, parseTaskInfo, type TaskMessage } from '../nativeTasks/taskInfo.js';
import { catalogue, type KnownFailure } from './catalogue.js';
import type { Diagnosis } from './diagnosis.js';
import { errorTexts } from './errorTexts.js';
import type { Situation } from './situation.js';
import { situationNotes } from './situationNotes.js';

/** The end of a text is where its failure stands; the limit bounds the time of the patterns. */
const longestText = 65_536;
/** Messages that say how far a task is, which hold no failure. */
const uneventful: readonly TaskMessage['kind'][] = [
  'started',
  'file-plan',
  'engine-progress',
  'file-progress',
  'engine-done',
  'file-done',
  'completed',
];

/**
 * What a failure means. Takes a task's task_info, a single message, or an error of the AWS SDK, the
 * SQL driver or the engine with all its causes. The first entry of the catalogue that matches a
 * message, or the whole text, wins; symptoms count only when no cause is found.
 */
export function diagnose(subject: unknown, situation: Situation = {}): Diagnosis | undefined {
  const messages = messagesOf(subject);
  const texts = [...new Set([...messages, messages.join(' ')])].filter((text) => text !== '');
  const found =
    firstMatch(texts, (entry) => entry.role === 'cause') ??
    firstMatch(texts, (entry) => entry.role === 'symptom');
  if (!found) return undefined;
  const { entry, captured } = found;
  const { id, title, cause, fix, severity, role, stage } = entry;
  return {
    ...{ id, title, cause, fix, severity, role, stage, captured },
    situationNotes: situationNotes(situation),
  };
}

function messagesOf(subject: unknown): string[] {
  if (typeof subject !== 'string') {
    return errorTexts(subject).map((text) => collapse(text.slice(-longestText)));
  }
  return parseTaskInfo(subject.slice(-longestText))
    .filter(({ kind }) => !uneventful.includes(kind))
    .map(({ text }) => text);
}

function firstMatch(texts: readonly string[], eligible: (entry: KnownFailure) => boolean) {
  for (const entry of catalogue()) {
    if (!eligible(entry)) continue;
    for (const text of texts) {
      const match = entry.regex.exec(text);
      if (match) return { entry, captured: capturedBy(match) };
    }
  }
  return undefined;
}

function capturedBy({ groups = {} }: RegExpExecArray): Record<string, string> {
  const captured: Record<string, string> = {};
  for (const [name, value] of Object.entries(groups as Record<string, string | undefined>)) {
    // Patterns for versions take the full stop of the sentence along.
    if (value) captured[name] = name.endsWith('ersion') ? value.replace(/\.$/, '') : value;
  }
  return captured;
}
