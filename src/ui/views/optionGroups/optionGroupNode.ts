import * as vscode from 'vscode';
import { editionOf, type Instance } from '../../../core/aws/instances.js';
import { backupRestoreOption } from '../../../core/aws/backupRestoreReadiness.js';
import { consoleUrl } from '../../../core/aws/consoleUrl.js';
import type { SqlServerOptionGroup } from '../../../core/aws/optionGroups.js';
import { contextValue } from '../contextValue.js';
import { engineWords } from '../instances/instanceText.js';
import type { TreeNode } from '../node.js';
import { OptionNode } from './optionNode.js';
import { UsersNode } from './usersNode.js';

export interface OptionGroupContext {
  readonly region: string;
  /** Somewhere else than at AWS there is no console to open. */
  readonly atAws: boolean;
  /** The instances of the region, or why they could not be listed. */
  readonly instances: readonly Instance[] | Error;
}

/** An option group for SQL Server: its options, and who uses it. */
export class OptionGroupNode implements TreeNode {
  readonly id: string;
  readonly arn: string;
  readonly consoleUrl: string | undefined;

  constructor(
    readonly parent: TreeNode | undefined,
    private readonly group: SqlServerOptionGroup,
    private readonly context: OptionGroupContext,
  ) {
    const { arn, name } = group;
    const { region, atAws } = context;
    this.id = arn;
    this.arn = arn;
    this.consoleUrl = atAws ? consoleUrl({ kind: 'option-group', region, name }) : undefined;
  }

  item(): vscode.TreeItem {
    const { name, description, engine, majorEngineVersion } = this.group;
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
    item.description = engineWords(editionOf(engine), majorEngineVersion);
    item.iconPath = new vscode.ThemeIcon('settings');
    item.tooltip = [name, description].filter((part) => part !== '').join('\n');
    item.contextValue = contextValue('optionGroup', {
      console: this.consoleUrl !== undefined,
      arn: true,
    });
    return item;
  }

  children(): Promise<readonly TreeNode[]> {
    const { name, options } = this.group;
    const { instances } = this.context;
    // What backup and restore needs comes first.
    const sorted = [...options].sort(
      (a, b) => Number(b.name === backupRestoreOption) - Number(a.name === backupRestoreOption),
    );
    return Promise.resolve([
      ...sorted.map((option) => new OptionNode(this, option)),
      ...(options.length === 0 ? [new NoOptionsNode(this)] : []),
      new UsersNode(this, name, instances),
    ]);
  }
}

class NoOptionsNode implements TreeNode {
  readonly id: string;

  constructor(readonly parent: TreeNode) {
    this.id = `${parent.id}/no-options`;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(vscode.l10n.t('No options'));
    item.description = vscode.l10n.t('backup and restore needs {0}', backupRestoreOption);
    item.iconPath = new vscode.ThemeIcon('circle-slash');
    item.contextValue = contextValue('message');
    return item;
  }
}
