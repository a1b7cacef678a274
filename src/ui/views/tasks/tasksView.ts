import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import { isTerminal } from '../../../core/nativeTasks/taskRow.js';
import { explainCommand } from '../../failures/explainCommand.js';
import { failureSentence } from '../../failures/failureSentence.js';
import { viewStateOf } from '../../failures/viewState.js';
import { commandIds, viewIds } from '../../ids.js';
import type { Services } from '../../services.js';
import type { Work } from '../../work/work.js';
import { MessageNode } from '../messageNode.js';
import type { TreeNode } from '../node.js';
import { NodeTree } from '../nodeTree.js';
import { inOrder } from './inOrder.js';
import { SignedInInstances } from './signedInInstances.js';
import { TaskInstanceNode } from './taskInstanceNode.js';
import { TaskNode } from './taskNode.js';
import { TransferNode } from './transferNode.js';

/** Milliseconds: a tree that changes more often only flickers. */
const shortestMs = 250;
/** Milliseconds between looks for tasks that others have started, while the view is visible. */
const slowlyMs = 30_000;

/**
 * Transfers of this window and the native tasks of the instances that somebody is signed in to: under
 * their instance where there are several, else in one list.
 */
export class TasksView implements vscode.Disposable {
  readonly #services: Services;
  readonly #tree: NodeTree;
  readonly #instances: SignedInInstances;
  readonly #disposables: readonly { dispose(): void }[];
  /** By id: VS Code shows a row anew only for the very node that it was given. */
  readonly #nodes = new Map<string, TreeNode>();
  readonly #changedNodes = new Set<TreeNode>();
  #changedAll = false;
  #showTimer: NodeJS.Timeout | undefined;
  #slowTimer: NodeJS.Timeout | undefined;

  constructor(services: Services) {
    const { aws, logins, tasks, work, log } = services;
    const refresh = () => {
      this.refresh();
    };
    this.#services = services;
    this.#instances = new SignedInInstances(services, () => {
      this.#showAll();
    });
    this.#tree = new NodeTree({
      id: viewIds.tasks,
      log,
      roots: () => this.#roots(),
      emptyState: () => (this.#instances.any ? 'empty' : 'not-signed-in'),
    });
    this.#disposables = [
      this.#tree,
      this.#instances,
      aws.onDidChange(refresh),
      logins.onDidChange(refresh),
      tasks.onDidChange((change) => {
        this.#taskChanged(change);
      }),
      work.onDidChange((item) => {
        this.#workChanged(item);
      }),
      this.#tree.view.onDidChangeVisibility(() => {
        this.#lookSlowly();
      }),
    ];
    this.#lookSlowly();
  }

  /** Reads everything anew. */
  refresh(): void {
    this.#instances.forget();
    this.#showAll();
  }

  dispose(): void {
    clearTimeout(this.#showTimer);
    clearInterval(this.#slowTimer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #roots(): Promise<readonly TreeNode[]> {
    const instances = await this.#listInstances();
    const transfers = this.#transfers();
    if (instances instanceof MessageNode) return [instances, ...transfers];
    const [only, ...others] = instances;
    this.#tree.view.description = only !== undefined && others.length === 0 ? only.id : '';
    if (only === undefined) return inOrder(transfers);
    if (others.length === 0) {
      const rows = inOrder([...transfers, ...this.#tasksOf(only, undefined)]);
      return [...this.#messageOf(only, undefined), ...rows];
    }
    return [...inOrder(transfers), ...instances.map((instance) => this.#instanceNode(instance))];
  }

  /** A failure to ask AWS is one row where there are transfers to show besides. */
  async #listInstances(): Promise<readonly Instance[] | MessageNode> {
    try {
      return await this.#instances.list();
    } catch (error) {
      const state = viewStateOf(error);
      if (state === 'no-credentials' || state === 'no-region') return [];
      const command =
        state === 'expired'
          ? { command: commandIds.renewCredentials, title: vscode.l10n.t('Sign In Again') }
          : explainCommand(error);
      const detail = failureSentence(error);
      return new MessageNode(undefined, detail, { icon: 'error', detail, command });
    }
  }

  #instanceNode(instance: Instance): TaskInstanceNode {
    return this.#keep(
      new TaskInstanceNode(instance, (parent) => [
        ...this.#messageOf(instance, parent),
        ...inOrder(this.#tasksOf(instance, parent)),
      ]),
    );
  }

  #tasksOf({ arn }: Instance, parent: TreeNode | undefined): TaskNode[] {
    return this.#services.tasks.list(arn).map((task) => {
      const node = this.#keep(new TaskNode(parent, task));
      node.update(task);
      return node;
    });
  }

  #transfers(): TransferNode[] {
    return this.#services.work.items
      .filter(isTransfer)
      .map((work) => this.#keep(new TransferNode(work)));
  }

  /** What there is to say above the tasks of an instance. */
  #messageOf(instance: Instance, parent: TreeNode | undefined): MessageNode[] {
    const reading = this.#instances.reading(instance);
    if (reading.state === 'failed') {
      const detail = failureSentence(reading.error);
      return [
        new MessageNode(parent, detail, {
          icon: 'error',
          detail,
          command: explainCommand(reading.error),
        }),
      ];
    }
    if (this.#services.tasks.list(instance.arn).length > 0) return [];
    if (reading.state === 'reading') {
      const text = vscode.l10n.t('Reading the tasks of {0}…', instance.id);
      return [new MessageNode(parent, text, { icon: 'loading~spin' })];
    }
    // Without a level above, the view's own text says it.
    return parent === undefined
      ? []
      : [new MessageNode(parent, vscode.l10n.t('No tasks in the last 36 days'))];
  }

  #keep<N extends TreeNode>(node: N): N {
    const known = this.#nodes.get(node.id) as N | undefined;
    if (known === undefined || known.parent !== node.parent) this.#nodes.set(node.id, node);
    return (this.#nodes.get(node.id) ?? node) as N;
  }

  #taskChanged({ instanceArn, taskId }: { instanceArn: string; taskId?: number }): void {
    const key = { instanceArn, instanceId: '', taskId: taskId ?? 0 };
    const task = taskId === undefined ? undefined : this.#services.tasks.get(key);
    const node = [...this.#nodes.values()].find(
      (known) =>
        known instanceof TaskNode &&
        known.task.taskId === taskId &&
        known.task.instanceArn === instanceArn,
    );
    const moves =
      !(node instanceof TaskNode) ||
      task === undefined ||
      isTerminal(node.task.row.lifecycle) !== isTerminal(task.row.lifecycle);
    if (moves) {
      this.#showAll();
      return;
    }
    node.update(task);
    this.#show(node);
  }

  #workChanged(item: Work): void {
    if (!isTransfer(item)) return;
    const node = this.#nodes.get(new TransferNode(item).id);
    if (node === undefined || !item.live) this.#showAll();
    else this.#show(node);
  }

  #showAll(): void {
    this.#changedAll = true;
    this.#showSoon();
  }

  #show(node: TreeNode): void {
    this.#changedNodes.add(node);
    this.#showSoon();
  }

  #showSoon(): void {
    this.#showTimer ??= setTimeout(() => {
      this.#showTimer = undefined;
      if (this.#changedAll) this.#tree.refresh();
      else for (const node of this.#changedNodes) this.#tree.refresh(node);
      this.#changedAll = false;
      this.#changedNodes.clear();
    }, shortestMs);
  }

  /** Tasks that others start show up; nothing is asked while nobody looks. */
  #lookSlowly(): void {
    clearInterval(this.#slowTimer);
    if (!this.#tree.view.visible) return;
    this.#instances.readAgain(slowlyMs);
    this.#slowTimer = setInterval(() => {
      this.#instances.readAgain(slowlyMs);
    }, slowlyMs);
  }
}

const isTransfer = ({ kind }: Work) => kind !== 'native-task';
