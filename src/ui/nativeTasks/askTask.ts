import * as vscode from 'vscode';
import { isTerminal } from '../../core/nativeTasks/taskRow.js';
import { EngineError } from '../../core/errors.js';
import { ask } from '../input/quickInput.js';
import type { PickItem } from '../input/steps.js';
import type { Services } from '../services.js';
import type { NativeTask, TaskKey } from './nativeTasks.js';
import { stateWord, taskLabel } from './taskWords.js';

/** What a command is about: a row of a tree, or an object of other code; see {@link taskOf}. */
export interface TaskSubject {
  readonly task?: TaskKey | undefined;
}

/**
 * The task that the command is about, or the one that the user picks among those of all instances that
 * somebody is signed in to.
 * @param fits which tasks to offer
 * @throws CancelledError; EngineError `task/none` when there is none to pick, `sql/not-signed-in`,
 *   `sql/…`, `aws/…`
 */
export async function taskOf(
  services: Services,
  subject: TaskSubject | undefined,
  o: {
    readonly title: string;
    readonly none: string;
    readonly fits: (task: NativeTask) => boolean;
  },
): Promise<NativeTask> {
  if (subject?.task !== undefined) return services.tasks.find(subject.task);
  const items = allTasks(services).then((tasks) => {
    const fitting = tasks.filter(o.fits);
    if (fitting.length === 0) throw new EngineError('task/none', o.none);
    return fitting.map(taskItem);
  });
  return ask(o.title).pick({ placeholder: vscode.l10n.t('Task'), items });
}

async function allTasks({ aws, logins, tasks }: Services): Promise<NativeTask[]> {
  const { listInstances } = await import('../../core/aws/instances.js');
  const instances = await listInstances(await aws.session());
  const signedIn = instances.filter(({ arn }) => logins.isSignedIn(arn));
  if (signedIn.length === 0) {
    throw new EngineError(
      'sql/not-signed-in',
      'Backup and restore tasks live in SQL Server: sign in to an instance to choose one of its tasks.',
    );
  }
  await Promise.all(signedIn.map((instance) => tasks.refresh(instance)));
  return signedIn.flatMap(({ arn }) => tasks.list(arn));
}

/** A task to pick. */
export const taskItem = <T extends Pick<NativeTask, 'taskId' | 'instanceId' | 'row'>>(
  task: T,
): PickItem<T> => ({
  label: taskLabel(task.row),
  description: `#${task.taskId} · ${stateWord(task.row.lifecycle)}`,
  detail: task.instanceId,
  icon: isTerminal(task.row.lifecycle) ? 'history' : 'sync',
  value: task,
});
