import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import { viewIds } from '../../ids.js';
import type { Services } from '../../services.js';
import { NodeTree } from '../nodeTree.js';
import { InstanceNode } from './instanceNode.js';
import { isPassing } from './instanceState.js';
import { PassingStates } from './passingStates.js';

/** The view of the SQL Server instances; follows sign-ins, tasks, and states that pass. */
export class InstancesView implements vscode.Disposable {
  readonly #services: Services;
  readonly #tree: NodeTree;
  readonly #passing: PassingStates;
  readonly #listeners: vscode.Disposable;
  #nodes: readonly InstanceNode[] = [];

  constructor(services: Services) {
    const { aws, log, logins, tasks } = services;
    this.#services = services;
    this.#tree = new NodeTree({
      id: viewIds.instances,
      log,
      roots: (signal) => this.#load(signal),
    });
    const { view } = this.#tree;
    this.#passing = new PassingStates(
      () => view.visible && this.#nodes.some(({ instance }) => isPassing(instance)),
      () => this.#lookAgain(),
    );
    this.#listeners = vscode.Disposable.from(
      view.onDidChangeVisibility(() => {
        this.#passing.resume();
      }),
      aws.onDidChange(() => {
        this.refresh();
      }),
      logins.onDidChange((arn) => void this.#loginChanged(arn)),
      tasks.onDidChange(({ instanceArn, taskId }) => {
        this.#taskChanged(instanceArn, taskId);
      }),
      tasks.onEvent(({ task, event }) => {
        if (event.kind === 'state') this.#databasesChanged(task.instanceArn);
      }),
    );
  }

  refresh(): void {
    this.#tree.refresh();
  }

  /** Opens the row of an instance, where the view is in sight. */
  async expand(arn: string): Promise<void> {
    const node = this.#node(arn);
    if (node === undefined || !this.#tree.view.visible) return;
    await this.#tree.view.reveal(node, { expand: true, focus: false, select: false });
  }

  dispose(): void {
    this.#listeners.dispose();
    this.#passing.dispose();
    this.#tree.dispose();
  }

  #node(arn: string): InstanceNode | undefined {
    return this.#nodes.find((node) => node.arn === arn);
  }

  async #load(signal: AbortSignal): Promise<readonly InstanceNode[]> {
    const { aws, logins } = this.#services;
    const { listInstances } = await import('../../../core/aws/instances.js');
    const session = await aws.session();
    const atAws = session.endpointUrl === undefined;
    const found = await listInstances(session, signal);
    const nodes = await Promise.all(
      found.map(async (instance) => {
        const hasPassword = await logins.hasPassword(instance.arn);
        return new InstanceNode(instance, { services: this.#services, atAws, hasPassword });
      }),
    );
    if (signal.aborted) return [];
    this.#nodes = nodes;
    this.#passing.resume();
    return nodes;
  }

  /** Asks RDS again and shows only what has changed. */
  async #lookAgain(): Promise<void> {
    const { listInstances } = await import('../../../core/aws/instances.js');
    const found = await listInstances(await this.#services.aws.session());
    const ids = (instances: readonly Instance[]) => instances.map(({ arn }) => arn).join(' ');
    if (ids(found) !== ids(this.#nodes.map(({ instance }) => instance))) {
      this.refresh();
      return;
    }
    for (const instance of found) {
      const node = this.#node(instance.arn);
      if (node === undefined) continue;
      if (JSON.stringify(node.instance) === JSON.stringify(instance)) continue;
      node.update(instance);
      this.#tree.refresh(node);
    }
  }

  async #loginChanged(arn: string): Promise<void> {
    const node = this.#node(arn);
    if (node === undefined) return;
    node.hasPassword = await this.#services.logins.hasPassword(arn);
    this.#tree.refresh(node);
  }

  #taskChanged(arn: string, taskId: number | undefined): void {
    const row = this.#node(arn)?.recentTasks?.rowOf(taskId);
    if (row !== undefined) this.#tree.refresh(row);
  }

  /** A restore makes a database appear, and a finished one opens it. */
  #databasesChanged(arn: string): void {
    const databases = this.#node(arn)?.databases;
    if (databases?.shown === true) this.#tree.refresh(databases);
  }
}
