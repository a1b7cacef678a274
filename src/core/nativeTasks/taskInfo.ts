import { classify, cutRunningText, type TaskMessageKind } from './taskMessage.js';

/** One message of task_info. */
export type TaskMessage = TaskMessageKind & {
  /** `2025-10-06 02:47:38.623` in instance time; undefined in text without stamps. */
  readonly stamp: string | undefined;
  /** The message on one line. */
  readonly text: string;
};

const stampForm = /\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})\]/;
/** A stamp that the end of the text cuts off. */
const cutStamp = /\[[\d: .-]{0,23}\s*$/;
/** CR as some terminals print it, in pasted text. */
const printedReturns = /(?:\^M)+(?=\[\d)/g;
/** One blank for every run of white space: texts are compared like that. */
export const collapse = (text: string) => text.replace(/\s+/g, ' ').trim();

/**
 * Reads the task_info column: a run of messages, each usually with a stamp, parted by blanks, CR, CR
 * CR or CR LF (RDS native tasks; captured from 2016 to 2025). One stamped message may hold several of
 * SQL Server's; old or pasted text has no stamps at all. The order is the server's. A stamp cut off
 * at the end is left out; a message cut off there comes as it is.
 */
export function parseTaskInfo(text: string): TaskMessage[] {
  const [before = '', ...rest] = text
    .replace(printedReturns, '\r')
    .replace(cutStamp, '')
    .split(stampForm);
  const messages = paragraphs(before).flatMap((part) => unstamped(part));
  for (let i = 0; i + 1 < rest.length; i += 2) {
    messages.push(...stamped(rest[i] ?? '', rest[i + 1] ?? ''));
  }
  return messages;
}

function paragraphs(text: string): string[] {
  return text.split(/(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)\s*/);
}

function unstamped(part: string): TaskMessage[] {
  return cutRunningText(collapse(part)).map((text) => message(undefined, text));
}

function stamped(stamp: string, body: string): TaskMessage[] {
  const whole = message(stamp, collapse(body));
  if (whole.text === '') return [];
  if (whole.kind !== 'text') return [whole];
  // Two blanks after a full stop or bracket part the messages of SQL Server that share a stamp.
  return body
    .split(/(?<=[.)]) {2}(?=\S)/)
    .flatMap((part) => cutRunningText(collapse(part)))
    .map((text) => message(stamp, text));
}

const message = (stamp: string | undefined, text: string): TaskMessage => ({
  ...classify(text),
  stamp,
  text,
});
