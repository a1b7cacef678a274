import * as vscode from 'vscode';
import { type RestoreVerdict, verdictIcon } from '../../inspection/restoreVerdict.js';
import { verdictSentence } from '../../inspection/verdictSentence.js';
import { contextValue } from '../contextValue.js';
import { failedColour, passedColour, warningColour } from '../iconColours.js';
import type { TreeNode } from '../node.js';

const colours = {
  pass: passedColour,
  warning: warningColour,
  error: failedColour,
} as const;

/** Whether RDS can restore the object: the first thing to know of it. */
export class VerdictNode implements TreeNode {
  readonly id: string;
  readonly value: string;

  constructor(
    readonly parent: TreeNode,
    private readonly verdict: RestoreVerdict,
  ) {
    this.id = `${parent.id}|verdict`;
    this.value = verdictSentence(verdict);
  }

  item(): vscode.TreeItem {
    const icon = verdictIcon[this.verdict.kind];
    const item = new vscode.TreeItem(this.value);
    item.iconPath = new vscode.ThemeIcon(icon, colours[icon]);
    item.tooltip =
      this.verdict.kind === 'with-key' ? `${this.value}\n${this.verdict.keyArn}` : this.value;
    item.contextValue = contextValue('value', { copy: true });
    return item;
  }
}
