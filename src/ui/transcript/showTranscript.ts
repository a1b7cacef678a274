import * as vscode from 'vscode';
import { isCancelled } from '../../core/errors.js';
import { isTerminal } from '../../core/nativeTasks/taskRow.js';
import { logFailure, showFailure } from '../failures/showFailure.js';
import { ask } from '../input/quickInput.js';
import { taskItem, taskOf, type TaskSubject } from '../nativeTasks/askTask.js';
import type { NativeTask, TaskKey } from '../nativeTasks/nativeTasks.js';
import type { Services } from '../services.js';
import type { EndedTask } from './endedTasks.js';
import type { Failures } from './failures.js';
import { revealEnd } from './endInSight.js';
import { taskUri } from './taskDocuments.js';

type KnownTask = EndedTask | NativeTask;

/**
 * *Show Task Transcript*: of the task of a row or of other code, else of one that the user picks.
 */
export async function showTranscript(
  services: Services,
  failures: Failures,
  subject?: TaskSubject,
): Promise<void> {
  const { tasks } = services;
  const key = subject?.task ?? (await pickTask(services, failures));
  const task: KnownTask = tasks.get(key) ?? failures.ended.get(key) ?? (await tasks.find(key));
  if (!isTerminal(task.row.lifecycle)) await follow(services, key);
  revealEnd(await vscode.window.showTextDocument(taskUri(key, task.row), { preview: true }));
}

/** A task that runs is written on while it is looked at. */
async function follow({ aws, tasks }: Services, key: TaskKey): Promise<void> {
  if (tasks.get(key)?.followed === true) return;
  const { describeInstance } = await import('../../core/aws/instances.js');
  tasks.follow(await describeInstance(await aws.session(), key.instanceId), key.taskId);
}

/** One of the instances' tasks; when no instance can be asked, one of those kept. */
async function pickTask(services: Services, failures: Failures): Promise<TaskKey> {
  const title = vscode.l10n.t('Show Task Transcript');
  const none = vscode.l10n.t('The instances that you are signed in to list no tasks.');
  try {
    return await taskOf(services, undefined, { title, none, fits: () => true });
  } catch (error) {
    const kept = failures.ended.all;
    if (isCancelled(error) || kept.length === 0) throw error;
    logFailure(services.log, 'Listing tasks', error);
    showFailure(error);
    return ask(title).pick({
      placeholder: vscode.l10n.t('Task that ended earlier; the instances cannot be asked now'),
      items: kept.map(taskItem),
    });
  }
}
