import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import type { Database } from '../../../core/sql/databases.js';
import type { InstanceLogins } from '../../sql/instanceLogins.js';
import { MessageNode } from '../messageNode.js';
import type { TreeNode } from '../node.js';
import { DatabaseNode } from './databaseNode.js';

/** The databases of an instance that somebody is signed in to; those of the system come last. */
export class DatabasesNode implements TreeNode {
  readonly id: string;
  /** Somebody has looked: worth reading again when databases come and go. */
  shown = false;

  constructor(
    readonly parent: TreeNode,
    private readonly of: Instance,
    private readonly logins: InstanceLogins,
  ) {
    this.id = `${parent.id}/databases`;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(
      vscode.l10n.t('Databases'),
      vscode.TreeItemCollapsibleState.Expanded,
    );
    item.iconPath = new vscode.ThemeIcon('library');
    return item;
  }

  async children(signal: AbortSignal): Promise<readonly TreeNode[]> {
    this.shown = true;
    const { listDatabases, isSystemDatabase } = await import('../../../core/sql/databases.js');
    const { connected } = await import('../../../core/sql/connected.js');
    const found = await connected(
      () => this.logins.connect(this.of, { interactive: false, signal }),
      (connection) => listDatabases(connection, signal),
    );
    const own = found.filter(({ name }) => !isSystemDatabase(name));
    const system = found.filter(({ name }) => isSystemDatabase(name));
    return [
      ...(own.length > 0
        ? own.map((database) => new DatabaseNode(this, database))
        : [new MessageNode(this, vscode.l10n.t('No databases yet'), { icon: 'circle-slash' })]),
      ...(system.length > 0 ? [new SystemDatabasesNode(this, system)] : []),
    ];
  }
}

/** The databases that every instance has. */
class SystemDatabasesNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: TreeNode,
    private readonly databases: readonly Database[],
  ) {
    this.id = `${parent.id}/system`;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(
      vscode.l10n.t('System databases'),
      vscode.TreeItemCollapsibleState.Collapsed,
    );
    item.iconPath = new vscode.ThemeIcon('folder');
    return item;
  }

  children(): Promise<readonly TreeNode[]> {
    return Promise.resolve(this.databases.map((database) => new DatabaseNode(this, database)));
  }
}
