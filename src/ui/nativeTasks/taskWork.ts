import * as vscode from 'vscode';
import { CancelledError, EngineError } from '../../core/errors.js';
import type { TaskEvent } from '../../core/nativeTasks/followTask.js';
import { formatDuration } from '../../core/text/units.js';
import type { Work, WorkList } from '../work/work.js';
import type { NativeTask } from './nativeTasks.js';
import { stateWord, taskTitle } from './taskWords.js';

/** Shows a followed task as work: in the status bar and wherever else work is shown. */
export class TaskWork {
  readonly #list: WorkList;
  readonly #cancel: () => void;
  #work: Work | undefined;

  /** @param cancel asks the server to cancel the task: what cancelling this work means */
  constructor(list: WorkList, cancel: () => void) {
    this.#list = list;
    this.#cancel = cancel;
  }

  /** The work begins with the first event, by which the task's name is known. */
  show(task: NativeTask, event: TaskEvent): void {
    const work = (this.#work ??= this.#begin(task));
    switch (event.kind) {
      case 'state':
        work.report({ percent: task.row.percentComplete, detail: stateWord(event.lifecycle) });
        break;
      case 'percent':
        work.report({ percent: event.percent });
        break;
      case 'message':
        work.report({ detail: event.message.text });
        break;
      case 'connection-lost': {
        const seconds = formatDuration(event.retryInMs / 1000);
        work.wait(vscode.l10n.t('connection lost, trying again in {0}', seconds));
        break;
      }
      case 'reconnected':
        work.report({ detail: stateWord(task.row.lifecycle) });
        break;
      case 'done':
        work.end({ error: endError(task), detail: stateWord(event.outcome) });
    }
  }

  /** The task is no longer followed; it goes on on the instance. */
  stop(error: unknown): void {
    this.#work?.end({ error, detail: vscode.l10n.t('no longer followed') });
  }

  #begin({ row, instanceId }: NativeTask): Work {
    const work = this.#list.start('native-task', taskTitle(row, instanceId));
    work.signal.addEventListener('abort', this.#cancel, { once: true });
    return work;
  }
}

function endError({ row, instanceId }: NativeTask): EngineError | undefined {
  if (row.lifecycle === 'SUCCESS') return undefined;
  if (row.lifecycle === 'CANCELLED') return new CancelledError();
  return new EngineError(
    'task/failed',
    vscode.l10n.t('{0} failed (task {1}).', taskTitle(row, instanceId), row.taskId),
  );
}
