import * as vscode from 'vscode';
import { consoleUrl } from '../../../core/aws/consoleUrl.js';
import type { Instance } from '../../../core/aws/instances.js';
import { commandIds } from '../../ids.js';
import type { Services } from '../../services.js';
import { contextValue } from '../contextValue.js';
import { MessageNode } from '../messageNode.js';
import type { TreeNode } from '../node.js';
import { DatabasesNode } from './databasesNode.js';
import { instanceState, isServing } from './instanceState.js';
import { instanceDescription } from './instanceText.js';
import { ReadinessNode } from './readinessNode.js';
import { RecentTasksNode } from './recentTasksNode.js';
import { stateIcon } from './stateIcon.js';

export interface InstanceNodeOptions {
  readonly services: Pick<Services, 'logins' | 'tasks'>;
  /** Somewhere else than at AWS there is no console to open. */
  readonly atAws: boolean;
  readonly hasPassword: boolean;
}

/** A SQL Server instance; below it what can be restored to, and what runs. */
export class InstanceNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;
  readonly consoleUrl: string | undefined;
  hasPassword: boolean;
  databases: DatabasesNode | undefined;
  recentTasks: RecentTasksNode | undefined;
  readonly #services: InstanceNodeOptions['services'];
  #instance: Instance;

  constructor(instance: Instance, o: InstanceNodeOptions) {
    const { arn, region, id } = instance;
    this.id = arn;
    this.#instance = instance;
    this.#services = o.services;
    this.hasPassword = o.hasPassword;
    this.consoleUrl = o.atAws ? consoleUrl({ kind: 'instance', region, id }) : undefined;
  }

  get instance(): Instance {
    return this.#instance;
  }
  get arn(): string {
    return this.#instance.arn;
  }
  get #signedIn(): boolean {
    return this.#services.logins.isSignedIn(this.arn);
  }

  /** Takes the instance as it is now; the view must be told to show it. */
  update(instance: Instance): void {
    this.#instance = instance;
  }

  item(): vscode.TreeItem {
    const { id } = this.#instance;
    const state = instanceState(this.#instance);
    const item = new vscode.TreeItem(id, vscode.TreeItemCollapsibleState.Collapsed);
    item.description = instanceDescription(this.#instance);
    item.iconPath = stateIcon(state, 'server');
    item.contextValue = contextValue('instance', {
      ready: state === 'ready',
      signedIn: this.#signedIn,
      password: this.hasPassword,
      console: this.consoleUrl !== undefined,
      arn: true,
    });
    return item;
  }

  async tooltip(): Promise<vscode.MarkdownString> {
    const { instanceTooltip } = await import('./instanceTooltip.js');
    return instanceTooltip(this.#instance);
  }

  children(): Promise<readonly TreeNode[]> {
    const readiness = new ReadinessNode(this, this.#instance);
    this.databases = undefined;
    this.recentTasks = undefined;
    if (!isServing(this.#instance)) return Promise.resolve([readiness]);
    if (!this.#signedIn) return Promise.resolve([readiness, this.#signInNode()]);
    const { logins, tasks } = this.#services;
    this.databases = new DatabasesNode(this, this.#instance, logins);
    this.recentTasks = new RecentTasksNode(this, this.#instance, tasks);
    return Promise.resolve([readiness, this.databases, this.recentTasks]);
  }

  #signInNode(): TreeNode {
    return new MessageNode(this, vscode.l10n.t('Sign in to see databases'), {
      icon: 'sign-in',
      detail: vscode.l10n.t('Databases and tasks are read from SQL Server itself.'),
      command: {
        command: commandIds.signIn,
        title: vscode.l10n.t('Sign In to Instance…'),
        arguments: [this],
      },
    });
  }
}
