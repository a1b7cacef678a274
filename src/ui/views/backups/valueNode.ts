import * as vscode from 'vscode';
import { contextValue } from '../contextValue.js';
import type { TreeNode } from '../node.js';

/** A name and a value that can be copied. */
export class ValueNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: TreeNode,
    private readonly name: string,
    readonly value: string,
    private readonly icon: 'circle-small' | 'tag',
  ) {
    this.id = `${parent.id}|${icon}|${name}`;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(this.name);
    item.description = this.value;
    item.tooltip = `${this.name}: ${this.value}`;
    item.iconPath = new vscode.ThemeIcon(this.icon);
    item.contextValue = contextValue('value', { copy: true });
    return item;
  }
}
