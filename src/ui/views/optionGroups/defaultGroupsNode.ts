import * as vscode from 'vscode';
import type { TreeNode } from '../node.js';

/** The groups that AWS makes: they hold no options, and most of the time nobody looks for them. */
export class DefaultGroupsNode implements TreeNode {
  readonly id = 'default-groups';
  readonly parent = undefined;

  constructor(private readonly groups: (parent: TreeNode) => readonly TreeNode[]) {}

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(
      vscode.l10n.t('Default option groups'),
      vscode.TreeItemCollapsibleState.Collapsed,
    );
    item.iconPath = new vscode.ThemeIcon('folder');
    item.tooltip = vscode.l10n.t(
      'Made by AWS. They cannot carry SQLSERVER_BACKUP_RESTORE: create a group of your own for it.',
    );
    return item;
  }

  children(): Promise<readonly TreeNode[]> {
    return Promise.resolve(this.groups(this));
  }
}
