import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import { EngineError } from '../../core/errors.js';
import { failureSentence } from '../failures/failureSentence.js';
import type { Services } from '../services.js';
import { type EndedTask, EndedTasks, sameRun } from './endedTasks.js';

/** Ended tasks, and what is found out about those that failed. */
export class Failures implements vscode.Disposable {
  /** A task has ended, or more is known about its failure. */
  readonly onDidLearn: vscode.Event<EndedTask>;
  readonly ended: EndedTasks;
  readonly #learnt = new vscode.EventEmitter<EndedTask>();
  /** By ARN; only of failed tasks. */
  readonly #instances = new Map<string, Instance>();
  readonly #investigations = new Map<string, Promise<void>>();

  constructor(private readonly services: Services) {
    this.ended = new EndedTasks(services.context.workspaceState);
    this.onDidLearn = this.#learnt.event;
  }

  /** The instance of a task that was investigated in this window. */
  instance(arn: string): Instance | undefined {
    return this.#instances.get(arn);
  }

  /**
   * Keeps an ended task; of a failed one it also looks, once, for what is off: the object's envelope,
   * the key, regions, the instance. Never fails.
   * @param justFailed the databases of the instance are still as the task found them
   */
  async learn(task: EndedTask, justFailed: boolean): Promise<EndedTask> {
    const kept = this.ended.get(task);
    const known = kept !== undefined && sameRun(kept, task);
    const run = `${task.instanceArn} ${task.taskId} ${task.row.createdAt?.getTime() ?? ''}`;
    if (task.row.lifecycle === 'ERROR' && (!known || kept.situation === undefined)) {
      if (!this.#investigations.has(run)) {
        this.#investigations.set(run, this.#investigate(task, justFailed));
      }
    }
    if (!known) await this.#keep(task);
    await this.#investigations.get(run);
    return this.ended.get(task) ?? task;
  }

  async #keep(task: EndedTask): Promise<void> {
    await this.ended.keep(task);
    this.#learnt.fire(task);
  }

  async #investigate(task: EndedTask, justFailed: boolean): Promise<void> {
    try {
      await this.#keep({ ...task, situation: await this.#situation(task, justFailed) });
    } catch (error) {
      this.services.log.debug(`Looking into task ${task.taskId}: ${failureSentence(error)}`);
    }
  }

  async #situation(task: EndedTask, justFailed: boolean) {
    const { aws, logins } = this.services;
    const session = await aws.session();
    const { describeInstance } = await import('../../core/aws/instances.js');
    const instance = await describeInstance(session, task.instanceId).catch(() => undefined);
    if (instance !== undefined) this.#instances.set(instance.arn, instance);
    const { taskSituation } = await import('../../core/diagnosis/taskSituation.js');
    return taskSituation(task.row, {
      ...{ session, instance, justFailed },
      connect: (signal) =>
        instance === undefined
          ? Promise.reject(
              new EngineError('rds/no-such-instance', `${task.instanceId} is not to be found.`),
            )
          : logins.connect(instance, { interactive: false, signal }),
    });
  }

  dispose(): void {
    this.#learnt.dispose();
  }
}
