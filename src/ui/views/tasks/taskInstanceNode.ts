import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import type { TreeNode } from '../node.js';

/** An instance above its tasks, where somebody is signed in to several. */
export class TaskInstanceNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;

  constructor(
    private readonly of: Instance,
    private readonly tasks: (parent: TreeNode) => readonly TreeNode[],
  ) {
    this.id = `instance/${of.arn}`;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(this.of.id, vscode.TreeItemCollapsibleState.Expanded);
    item.iconPath = new vscode.ThemeIcon('server');
    return item;
  }

  children(): Promise<readonly TreeNode[]> {
    return Promise.resolve(this.tasks(this));
  }
}
