import { diagnose } from '../../core/diagnosis/diagnose.js';
import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';
import type { Situation } from '../../core/diagnosis/situation.js';
import type { MessageLine } from './readTranscript.js';

/** A known failure and the lines that tell it. */
export interface LineFailure {
  readonly diagnosis: Diagnosis;
  /** Line numbers, ascending. */
  readonly lines: readonly number[];
}

/** What one line shows of a failure. */
export interface LineExplanation {
  /** What the line itself says, or is part of. */
  readonly diagnosis: Diagnosis;
  /** Behind a symptom: the failure that the task's messages together tell. */
  readonly cause?: LineFailure | undefined;
}

/** The failure stands at the end; the bound keeps a hover quick on a task with very many messages. */
const mostLines = 200;

/** The failure that the messages of one task tell, and where. */
export function failureOf(
  messages: readonly MessageLine[],
  situation?: Situation,
): LineFailure | undefined {
  const last = messages.slice(-mostLines);
  const diagnosis = diagnoseLines(last, situation);
  if (diagnosis === undefined) return undefined;
  const alone = last.filter((message) => diagnoseLines([message])?.id === diagnosis.id);
  const telling = alone.length > 0 ? alone : together(last, diagnosis.id);
  return { diagnosis, lines: telling.map(({ line }) => line) };
}

/** What a line means; undefined where it holds no known failure. */
export function explainLine(
  messages: readonly MessageLine[],
  line: number,
  situation?: Situation,
): LineExplanation | undefined {
  const own = messages.filter((message) => message.line === line);
  const failure = own.length === 0 ? undefined : failureOf(messages, situation);
  if (failure === undefined) return undefined;
  if (failure.lines.includes(line)) return { diagnosis: failure.diagnosis };
  const diagnosis = diagnoseLines(own);
  if (diagnosis === undefined) return undefined;
  const symptom = diagnosis.role === 'symptom' && failure.diagnosis.role === 'cause';
  return { diagnosis, ...(symptom && { cause: failure }) };
}

const diagnoseLines = (messages: readonly MessageLine[], situation?: Situation) =>
  diagnose(messages.map(({ text }) => text).join('\n'), situation);

/** The messages without any of which the failure would not be recognised: it spans several. */
function together(messages: readonly MessageLine[], id: string): readonly MessageLine[] {
  let needed = messages;
  // Halves first, so that a long, uneventful beginning goes in a few steps.
  for (let size = needed.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < needed.length;) {
      const rest = [...needed.slice(0, from), ...needed.slice(from + size)];
      if (rest.length > 0 && diagnoseLines(rest)?.id === id) needed = rest;
      else from += size;
    }
  }
  return needed;
}
