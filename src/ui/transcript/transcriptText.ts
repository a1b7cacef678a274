import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';
import type { TaskEvent } from '../../core/nativeTasks/followTask.js';
import type { TaskMessage } from '../../core/nativeTasks/taskInfo.js';
import { isTerminal, type TaskRow } from '../../core/nativeTasks/taskRow.js';
import { type Fact, knownFacts } from '../../core/text/facts.js';
import { formatTime } from '../../core/text/times.js';
import { formatDuration } from '../../core/text/units.js';

// The lines of a transcript are coloured by syntaxes/rds-task-log and read back by readTranscript.ts.

/** `== Task 12 · RESTORE_DB · Northwind · on prod-sql ==`: whose lines follow. */
export function headingLine(row: TaskRow, instanceId: string): string {
  const parts = [`Task ${row.taskId}`, row.taskType, row.databaseName, `on ${instanceId}`];
  return `== ${parts.filter((part) => part !== undefined && part !== '').join(' · ')} ==`;
}

/** What the task works on. Nothing that changes while it runs: these lines are written once. */
export function factLines(row: TaskRow): string[] {
  return knownFacts([
    ['Object', row.s3ObjectArn],
    ['KMS key', row.kmsKeyArn],
    ['Created', formatTime(row.createdAt)],
  ]).map(factLine);
}

const factLine = ([label, value]: Fact) => `${label.padEnd(8)}  ${value}`;

/** A message behind its stamp, as it stands in task_info. */
export const messageLine = ({ stamp, text }: TaskMessage) =>
  stamp === undefined ? text : `[${stamp}] ${text}`;

/** What a failure means: its title, cause, what is off here, and the fix; indented below the task's end. */
export function accountLines(diagnosis: Diagnosis): string[] {
  const { title, cause, situationNotes, fix } = diagnosis;
  const facts: Fact[] = [
    ['Cause', cause],
    ...situationNotes.map((note): Fact => ['Here', note]),
    ['Fix', fix],
  ];
  return [`  ${title}`, ...facts.map(([label, text]) => `    ${label.padEnd(5)}  ${text}`)];
}

/** Turns what happens to one task into lines, each once. */
export class TaskLines {
  #firstStamp: string | undefined;
  #lastStamp: string | undefined;
  /** How far the task is by what has been written. */
  #percent = 0;

  of(event: TaskEvent): string[] {
    switch (event.kind) {
      case 'state':
        // The end says the last state, together with how long it took.
        return isTerminal(event.lifecycle) ? [] : [`state ${event.lifecycle}`];
      case 'message':
        return [this.#message(event.message)];
      case 'percent':
        return this.#progress(event.percent);
      case 'connection-lost':
        return [
          `  Connection lost, trying again in ${formatDuration(event.retryInMs / 1000)}: ${event.error.message}`,
        ];
      case 'reconnected':
        return ['  Connected again.'];
      case 'done':
        return this.#end(event.row);
    }
  }

  #message(message: TaskMessage): string {
    this.#firstStamp ??= message.stamp;
    this.#lastStamp = message.stamp ?? this.#lastStamp;
    if (message.kind === 'engine-progress') this.#percent = message.percent;
    return messageLine(message);
  }

  /** The messages say it themselves, as a rule before the column does. */
  #progress(percent: number): string[] {
    if (percent <= this.#percent) return [];
    this.#percent = percent;
    return [`${percent} %`];
  }

  #end(row: TaskRow): string[] {
    const percent = row.percentComplete === undefined ? '' : `, ${row.percentComplete} %`;
    const duration = this.#duration(row);
    return [
      `state ${row.lifecycle}${percent}`,
      ...(duration === '' ? [] : [factLine(['Duration', duration])]),
    ];
  }

  /** From the first stamp to the last; the column counts whole minutes. */
  #duration({ durationMinutes = 0 }: TaskRow): string {
    const [first, last] = [this.#firstStamp, this.#lastStamp].map((stamp) =>
      stamp === undefined ? NaN : Date.parse(`${stamp.replace(' ', 'T')}Z`),
    );
    const seconds = ((last ?? NaN) - (first ?? NaN)) / 1000;
    if (seconds > 0) return formatDuration(seconds);
    return durationMinutes > 0 ? formatDuration(durationMinutes * 60) : '';
  }
}
