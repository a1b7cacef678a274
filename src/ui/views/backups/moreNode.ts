import * as vscode from 'vscode';
import { commandIds } from '../../ids.js';
import { contextValue } from '../contextValue.js';
import type { TreeNode } from '../node.js';
import type { FolderNode } from './folderNode.js';

/** The row at the end of a folder that has more pages. */
export class MoreNode implements TreeNode {
  readonly id: string;

  constructor(readonly parent: FolderNode) {
    this.id = `${parent.id}|more`;
  }

  item(): vscode.TreeItem {
    const { count, loading } = this.parent;
    const item = new vscode.TreeItem(
      loading ? vscode.l10n.t('Loading…') : vscode.l10n.t('Load More…'),
    );
    item.description = vscode.l10n.t('{0} shown', count);
    item.iconPath = new vscode.ThemeIcon(loading ? 'loading~spin' : 'ellipsis');
    item.contextValue = contextValue('more');
    item.command = {
      command: commandIds.loadMore,
      title: vscode.l10n.t('Load More'),
      arguments: [this],
    };
    return item;
  }
}
