import * as vscode from 'vscode';
import { contextValue } from './contextValue.js';
import { failedColour } from './iconColours.js';
import type { TreeNode } from './node.js';

/** A row that says something: a failure, or that there is nothing. */
export class MessageNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: TreeNode | undefined,
    private readonly text: string,
    private readonly o: {
      readonly icon?: string;
      readonly detail?: string;
      readonly command?: vscode.Command;
    } = {},
  ) {
    this.id = `${parent?.id ?? ''}/message`;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(this.text);
    item.contextValue = contextValue('message');
    if (this.o.icon !== undefined) {
      const colour = this.o.icon === 'error' ? failedColour : undefined;
      item.iconPath = new vscode.ThemeIcon(this.o.icon, colour);
    }
    if (this.o.detail !== undefined) item.tooltip = this.o.detail;
    if (this.o.command !== undefined) item.command = this.o.command;
    return item;
  }
}
