import { EngineError } from '../../core/errors.js';
import { type NativeTask, type NativeTasks, sameTask } from '../nativeTasks/nativeTasks.js';
import { runRestore } from '../restore/runRestore.js';
import type { Services } from '../services.js';
import { TranscriptStream } from '../transcript/transcriptStream.js';
import type { TaskDefinition } from './definition.js';
import type { TaskOutput } from './taskTerminal.js';

type RestoreDefinition = Extract<TaskDefinition, { action: 'restore' }>;
type Happening = Parameters<Parameters<NativeTasks['onEvent']>[0]>[0];

/**
 * Checks and starts a restore, and writes its transcript until it ends. Ending the task of VS Code only
 * ends the transcript: the restore goes on on the instance.
 * @throws EngineError with the id of the known failure as its code
 */
export async function runRestoreTask(
  services: Services,
  { object, instance, database, kmsKey }: RestoreDefinition,
  output: TaskOutput,
  signal: AbortSignal,
): Promise<void> {
  output.say(`Restore ${object} as ${database} on ${instance}`);
  const transcript = new TranscriptStream((line) => {
    output.say(line);
  });
  // The first events come before the id of the task is known here.
  const early: Happening[] = [];
  let tell = (happening: Happening) => {
    early.push(happening);
  };
  const listener = services.tasks.onEvent((happening) => {
    tell(happening);
  });
  try {
    const { task, ended } = await runRestore(
      services,
      {
        instanceId: instance,
        objectUri: object,
        databaseName: database,
        kmsKeyArn: kmsKey,
      },
      {
        signal,
        interactive: true,
        onChecked: ({ warnings, unchecked }) => {
          for (const { sentence, wayOut } of warnings) output.say(`Warning: ${sentence} ${wayOut}`);
          for (const { what, why } of unchecked) output.say(`Not checked: ${what} (${why})`);
        },
      },
    );
    tell = ({ task: spoken, event }) => {
      if (sameTask(spoken, task)) transcript.tell(spoken, event);
    };
    for (const happening of early) tell(happening);
    signal.addEventListener('abort', () => {
      output.say(`Task ${task.taskId} goes on on ${instance}.`);
    });
    const end = await ended;
    if (end.row.lifecycle !== 'SUCCESS') throw await failureOf(end);
  } finally {
    listener.dispose();
  }
}

async function failureOf({ row, taskId, instanceId }: NativeTask): Promise<EngineError> {
  if (row.lifecycle === 'CANCELLED') {
    return new EngineError('task/cancelled', `Task ${taskId} on ${instanceId} was cancelled.`);
  }
  const { diagnose } = await import('../../core/diagnosis/diagnose.js');
  const diagnosis = diagnose(row.taskInfo);
  return diagnosis === undefined
    ? new EngineError('task/failed', `Task ${taskId} on ${instanceId} failed: ${row.taskInfo}`)
    : new EngineError(diagnosis.id, `${diagnosis.title}. ${diagnosis.fix}`);
}
