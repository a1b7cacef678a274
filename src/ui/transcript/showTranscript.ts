import * as vscode from 'vscode';
import { isTerminal } from '../../core/nativeTasks/taskRow.js';
import { taskName } from '../../core/text/taskFacts.js';
import { ask } from '../input/quickInput.js';
import { type NativeTask, type TaskKey } from '../nativeTasks/nativeTasks.js';
import { type Services } from '../services.js';
import { type EndedTask, sameTask } from './endedTasks.js';
import { type Failures } from './failures.js';
import { taskUri } from './taskDocuments.js';

type KnownTask = EndedTask | NativeTask;

/** *Show Task Transcript*: of the task of a row or of other code, else of one that the user picks. */
export async function showTranscript(
  services: Services,
  failures: Failures,
  subject?: { readonly task?: TaskKey | undefined },
): Promise<void> {
  const key = subject?.task ?? (await pickTask(services, failures));
  const { tasks } = services;
  const task = tasks.get(key) ?? failures.ended.get(key) ?? (await tasks.find(key));
  if (!isTerminal(task.row.lifecycle)) await follow(services, key);
  await vscode.window.showTextDocument(taskUri(key, task.row), { preview: true });
}

/** A task that runs is written on while it is looked at. */
async function follow({ aws, tasks }: Services, { instanceId, taskId, instanceArn }: TaskKey) {
  if (tasks.get({ instanceId, taskId, instanceArn })?.followed === true) return;
  const { describeInstance } = await import('../../core/aws/instances.js');
  tasks.follow(await describeInstance(await aws.session(), instanceId), taskId);
}

function pickTask(services: Services, failures: Failures): Promise<TaskKey> {
  return ask(vscode.l10n.t('Show Task Transcript')).pick<TaskKey>({
    placeholder: vscode.l10n.t('Choose a task'),
    items: knownTasks(services, failures).then((tasks) =>
      tasks.map((task) => ({
        label: vscode.l10n.t('Task {0}: {1}', task.taskId, taskName(task.row)),
        description: `${task.row.lifecycle} · ${task.instanceId}`,
        detail: task.row.s3ObjectArn,
        icon: iconOf(task.row.lifecycle),
        value: task,
      })),
    ),
  });
}

/** Tasks of the instances that somebody is signed in to, and those kept; the newest first. */
async function knownTasks(services: Services, failures: Failures): Promise<KnownTask[]> {
  const listed = await listedTasks(services).catch((error: unknown) => {
    // Without AWS there is still what was kept.
    if (failures.ended.all.length === 0) throw error;
    return [];
  });
  const kept = failures.ended.all.filter((task) => !listed.some((other) => sameTask(other, task)));
  return [...listed, ...kept].sort((a, b) => createdAt(b) - createdAt(a) || b.taskId - a.taskId);
}

const createdAt = ({ row }: KnownTask) => row.createdAt?.getTime() ?? 0;

async function listedTasks({ aws, logins, tasks }: Services): Promise<NativeTask[]> {
  const { listInstances } = await import('../../core/aws/instances.js');
  const instances = await listInstances(await aws.session());
  const signedIn = instances.filter(({ arn }) => logins.isSignedIn(arn));
  const lists = signedIn.map(async (instance) => {
    await tasks.refresh(instance);
    return tasks.list(instance.arn);
  });
  return (await Promise.all(lists)).flat();
}

function iconOf(lifecycle: string): string {
  if (lifecycle === 'SUCCESS') return 'pass';
  if (lifecycle === 'ERROR') return 'error';
  return lifecycle === 'CANCELLED' ? 'circle-slash' : 'sync';
}
