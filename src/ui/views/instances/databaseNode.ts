import * as vscode from 'vscode';
import type { Database } from '../../../core/sql/databases.js';
import { formatTime } from '../../../core/text/times.js';
import { contextValue } from '../contextValue.js';
import { failedColour } from '../iconColours.js';
import type { TreeNode } from '../node.js';

/** A database of an instance. */
export class DatabaseNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: TreeNode,
    private readonly database: Database,
  ) {
    this.id = `${parent.id}/database/${database.name}`;
  }

  item(): vscode.TreeItem {
    const { name, state, recoveryModel, createdAt } = this.database;
    const item = new vscode.TreeItem(name);
    const model = vscode.l10n.t('{0} recovery', words(recoveryModel));
    item.description = `${words(state)} · ${model}`;
    item.iconPath = iconOf(state);
    const created = formatTime(createdAt);
    item.tooltip =
      created === ''
        ? name
        : vscode.l10n.t('{0}\nCreated {1} (time of the instance)', name, created);
    item.contextValue = contextValue('database');
    return item;
  }
}

/** `RECOVERY_PENDING` reads `recovery pending`. */
const words = (name: string) => name.toLowerCase().replaceAll('_', ' ');

/** Icons by `state_desc` of sys.databases. */
function iconOf(state: string): vscode.ThemeIcon {
  switch (state) {
    case 'ONLINE':
      return new vscode.ThemeIcon('database');
    case 'RESTORING':
    case 'RECOVERING':
    case 'COPYING':
      return new vscode.ThemeIcon('sync');
    case 'OFFLINE':
      return new vscode.ThemeIcon('circle-slash');
    default:
      // RECOVERY_PENDING, SUSPECT, EMERGENCY
      return new vscode.ThemeIcon('error', failedColour);
  }
}
