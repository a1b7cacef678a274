import * as vscode from 'vscode';
import { backupRestoreOption, roleSetting } from '../../../core/aws/backupRestoreReadiness.js';
import type { OptionEntry } from '../../../core/aws/optionGroups.js';
import { ValueNode } from '../backups/valueNode.js';
import { contextValue } from '../contextValue.js';
import { warningColour } from '../iconColours.js';
import type { TreeNode } from '../node.js';

/** An option of a group; below it its settings. */
export class OptionNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: TreeNode,
    private readonly option: OptionEntry,
  ) {
    this.id = `${parent.id}/option/${option.name}`;
  }

  item(): vscode.TreeItem {
    const { name, description, settings, persistent, permanent } = this.option;
    const item = new vscode.TreeItem(
      name,
      settings.length > 0
        ? vscode.TreeItemCollapsibleState.Collapsed
        : vscode.TreeItemCollapsibleState.None,
    );
    const role = settings.find((setting) => setting.name === roleSetting)?.value;
    const lacksRole = name === backupRestoreOption && role === undefined;
    if (lacksRole) item.description = vscode.l10n.t('role missing');
    else if (role !== undefined) item.description = roleName(role);
    item.iconPath = lacksRole
      ? new vscode.ThemeIcon('warning', warningColour)
      : new vscode.ThemeIcon('extensions');
    item.tooltip = [
      name,
      description,
      ...(persistent ? [vscode.l10n.t('Stays in the group while instances use it.')] : []),
      ...(permanent ? [vscode.l10n.t('Can never be removed from the group.')] : []),
    ]
      .filter((line) => line !== '')
      .join('\n');
    item.contextValue = contextValue('option');
    return item;
  }

  children(): Promise<readonly TreeNode[]> {
    return Promise.resolve(
      this.option.settings.map(
        ({ name, value }) => new ValueNode(this, name, value, 'circle-small'),
      ),
    );
  }
}

/** `role rds-backup` for `arn:aws:iam::123456789012:role/path/rds-backup`. */
const roleName = (arn: string) => vscode.l10n.t('role {0}', arn.slice(arn.lastIndexOf('/') + 1));
