import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import { failureSentence } from '../../failures/failureSentence.js';
import { contextValue } from '../contextValue.js';
import { failedColour } from '../iconColours.js';
import type { TreeNode } from '../node.js';

/** The instances that use an option group, and how far it has come to each. */
export class UsersNode implements TreeNode {
  readonly id: string;
  readonly #users: readonly (readonly [Instance, status: string])[];

  /** @param instances those of the region, or why they could not be listed */
  constructor(
    readonly parent: TreeNode,
    group: string,
    private readonly instances: readonly Instance[] | Error,
  ) {
    this.id = `${parent.id}/users`;
    const all = instances instanceof Error ? [] : instances;
    this.#users = all.flatMap((instance) =>
      instance.optionGroups
        .filter((membership) => membership.group === group)
        .map(({ status }) => [instance, status] as const),
    );
  }

  item(): vscode.TreeItem {
    const { instances } = this;
    const count = this.#users.length;
    const item = new vscode.TreeItem(
      vscode.l10n.t('Used by'),
      count > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None,
    );
    item.iconPath = new vscode.ThemeIcon('references');
    item.contextValue = contextValue('message');
    if (instances instanceof Error) {
      item.description = vscode.l10n.t('not known');
      item.tooltip = failureSentence(instances);
    } else if (count === 0) {
      item.description = vscode.l10n.t('no instance');
    }
    return item;
  }

  children(): Promise<readonly TreeNode[]> {
    return Promise.resolve(
      this.#users.map(([instance, status]) => new UserNode(this, instance, status)),
    );
  }
}

class UserNode implements TreeNode {
  readonly id: string;
  readonly value: string;

  constructor(
    readonly parent: TreeNode,
    private readonly user: Instance,
    private readonly status: string,
  ) {
    this.id = `${parent.id}/${user.arn}`;
    this.value = user.id;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(this.user.id);
    item.description = this.status;
    item.iconPath = iconOf(this.status);
    item.tooltip = `${this.user.id}: ${this.status}`;
    item.contextValue = contextValue('value', { copy: true });
    return item;
  }
}

/** By the status of an option group membership. */
function iconOf(status: string): vscode.ThemeIcon {
  if (status === 'in-sync') return new vscode.ThemeIcon('server');
  if (/^(?:pending|applying|removing)/.test(status)) return new vscode.ThemeIcon('clock');
  return new vscode.ThemeIcon('error', failedColour);
}
