import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import { contextValue } from '../contextValue.js';
import type { TreeNode } from '../node.js';
import { shortReason } from './instanceText.js';
import { stateIcon } from './stateIcon.js';

/** Whether native backup and restore is set up, and if not why. */
export class ReadinessNode implements TreeNode {
  readonly id: string;
  /** The whole sentence. */
  readonly value: string;

  constructor(
    readonly parent: TreeNode,
    private readonly of: Instance,
  ) {
    this.id = `${parent.id}/readiness`;
    const { backupRestore } = of;
    this.value =
      backupRestore.state === 'ready'
        ? vscode.l10n.t(
            'Option group {0}, role {1}',
            backupRestore.optionGroup,
            backupRestore.roleArn,
          )
        : backupRestore.reason;
  }

  item(): vscode.TreeItem {
    const { backupRestore } = this.of;
    const item = new vscode.TreeItem(vscode.l10n.t('Backup and restore'));
    item.description =
      backupRestore.state === 'ready' ? vscode.l10n.t('ready') : shortReason(this.of);
    item.iconPath = stateIcon(backupRestore.state, 'pass');
    item.tooltip = this.value;
    item.contextValue = contextValue('value', { copy: true });
    return item;
  }
}
