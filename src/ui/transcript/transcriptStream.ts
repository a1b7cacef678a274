import type { TaskEvent } from '../../core/nativeTasks/followTask.js';
import { type NativeTask, taskIdentity } from '../nativeTasks/nativeTasks.js';
import { factLines, headingLine, TaskLines } from './transcriptText.js';

type Speaker = Pick<NativeTask, 'instanceArn' | 'instanceId' | 'taskId' | 'row'>;

/** The transcripts of all tasks in one stream: a heading says whose lines follow when that changes. */
export class TranscriptStream {
  #speaker = '';
  readonly #tasks = new Map<string, TaskLines>();

  /** @param append writes one line */
  constructor(private readonly append: (line: string) => void) {}

  tell(task: Speaker, event: TaskEvent): void {
    const key = taskIdentity(task);
    const known = this.#tasks.get(key);
    const lines = known ?? new TaskLines();
    this.#tasks.set(key, lines);
    this.#write(task, [...(known === undefined ? factLines(task.row) : []), ...lines.of(event)]);
    if (event.kind === 'done') this.#tasks.delete(key);
  }

  /** What is known only later: the account of a failure. */
  add(task: Speaker, lines: readonly string[]): void {
    this.#write(task, lines);
  }

  #write(task: Speaker, lines: readonly string[]): void {
    if (lines.length === 0) return;
    const key = taskIdentity(task);
    if (key !== this.#speaker) {
      if (this.#speaker !== '') this.append('');
      this.append(headingLine(task.row, task.instanceId));
      this.#speaker = key;
    }
    for (const line of lines) this.append(line);
  }
}
