import * as vscode from 'vscode';
import { CancelledError, EngineError } from '../../core/errors.js';
import { isTerminal } from '../../core/nativeTasks/taskRow.js';
import { type NativeTask, type NativeTasks, sameTask, type TaskKey } from './nativeTasks.js';

/**
 * The task as it ended. It must be followed already.
 * @throws EngineError `task/not-followed` when following it has ended before the task; CancelledError
 *   when `signal` aborts, which leaves the task alone
 */
export function untilEnd(
  tasks: Pick<NativeTasks, 'get' | 'isFollowed' | 'onDidChange'>,
  key: TaskKey,
  signal?: AbortSignal,
): Promise<NativeTask> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      listener.dispose();
      signal?.removeEventListener('abort', stop);
    };
    const stop = (): void => {
      done();
      reject(new CancelledError(signal?.reason));
    };
    const look = (): void => {
      if (tasks.isFollowed(key)) return;
      done();
      const task = tasks.get(key);
      if (task !== undefined && isTerminal(task.row.lifecycle)) resolve(task);
      else reject(notFollowed(key));
    };
    const listener = tasks.onDidChange(({ instanceArn, taskId }) => {
      if (taskId !== undefined && sameTask({ instanceArn, taskId }, key)) look();
    });
    if (signal?.aborted === true) stop();
    else {
      signal?.addEventListener('abort', stop, { once: true });
      look();
    }
  });
}

const notFollowed = ({ taskId, instanceId }: TaskKey) =>
  new EngineError(
    'task/not-followed',
    vscode.l10n.t(
      'Task {0} on {1} goes on, but it is no longer followed. Sign in to the instance, or show the task’s transcript, to follow it again.',
      taskId,
      instanceId,
    ),
  );
