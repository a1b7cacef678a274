import * as vscode from 'vscode';
import { explainCommand } from '../../failures/explainCommand.js';
import { failureSentence } from '../../failures/failureSentence.js';
import type { Work, WorkState } from '../../work/work.js';
import { contextValue } from '../contextValue.js';
import { failedColour, passedColour } from '../iconColours.js';
import type { TreeNode } from '../node.js';

/** An upload, a download or a proof of this window. */
export class TransferNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;

  constructor(readonly work: Work) {
    this.id = `transfer/${work.id}`;
  }

  item(): vscode.TreeItem {
    const { work } = this;
    const item = new vscode.TreeItem(work.title);
    item.description = descriptionOf(work);
    item.iconPath = icons[work.state];
    item.tooltip = [work.title, descriptionOf(work), failureOf(work)]
      .filter((part) => part !== '')
      .join('\n');
    item.contextValue = contextValue('transfer', { live: work.live });
    if (work.state === 'failed') item.command = explainCommand(work.error);
    return item;
  }
}

const icons: Readonly<Record<WorkState, vscode.ThemeIcon>> = {
  running: new vscode.ThemeIcon('sync~spin'),
  waiting: new vscode.ThemeIcon('watch'),
  succeeded: new vscode.ThemeIcon('pass', passedColour),
  failed: new vscode.ThemeIcon('error', failedColour),
  cancelled: new vscode.ThemeIcon('circle-slash'),
};

function descriptionOf({ state, percent, detail }: Work): string {
  const word = wordOf(state);
  if (state === 'failed' || state === 'cancelled') return word;
  const amount = state === 'running' && percent !== undefined ? `${percent} %` : word;
  return [amount, detail].filter((part) => part !== '').join(' · ');
}

function wordOf(state: WorkState): string {
  switch (state) {
    case 'running':
      return vscode.l10n.t('running');
    case 'waiting':
      return vscode.l10n.t('waiting');
    case 'succeeded':
      return vscode.l10n.t('done');
    case 'failed':
      return vscode.l10n.t('failed');
    case 'cancelled':
      return vscode.l10n.t('cancelled');
  }
}

const failureOf = ({ state, error }: Work) => (state === 'failed' ? failureSentence(error) : '');
