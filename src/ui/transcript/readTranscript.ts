/** A message of a task in a transcript. */
export interface MessageLine {
  /** From 0. */
  readonly line: number;
  /** The whole line: stamp and message. */
  readonly text: string;
}

/** The messages of one task, in order, also where another task spoke in between. */
export interface TaskSection {
  /** undefined above the first heading, and under one that names no task. */
  readonly task: { readonly taskId: number; readonly instanceId: string } | undefined;
  readonly messages: readonly MessageLine[];
}

const heading = /^== (.+) ==\s*$/;
const taskHeading = /^Task (\d+) · .*\bon (\S+)$/;
/** Lines that transcriptText.ts writes beside the server's messages; an indented line is ours, too. */
const notAMessage = /^(?:\s|$|(?:Object|KMS key|Created|Duration) {2}|state [A-Z_]+\b|\d+ %$)/;

/** Reads the lines of a transcript back into the messages of each task. */
export function readTranscript(lines: readonly string[]): TaskSection[] {
  const sections = new Map<string, TaskSection & { messages: MessageLine[] }>();
  let current: (TaskSection & { messages: MessageLine[] }) | undefined;
  for (const [line, text] of lines.entries()) {
    const title = heading.exec(text)?.[1];
    if (title !== undefined || current === undefined) {
      current = sections.get(title ?? '') ?? { task: taskOf(title ?? ''), messages: [] };
      sections.set(title ?? '', current);
    }
    if (title === undefined && !notAMessage.test(text)) current.messages.push({ line, text });
  }
  return [...sections.values()];
}

function taskOf(title: string): TaskSection['task'] {
  const [, taskId, instanceId] = taskHeading.exec(title) ?? [];
  return taskId === undefined || instanceId === undefined
    ? undefined
    : { taskId: Number(taskId), instanceId };
}
