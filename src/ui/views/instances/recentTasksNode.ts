import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import type { NativeTasks } from '../../nativeTasks/nativeTasks.js';
import { MessageNode } from '../messageNode.js';
import type { TreeNode } from '../node.js';
import { TaskNode } from '../tasks/taskNode.js';

/** The Tasks view has them all. */
const shownTasks = 10;

/** The latest native tasks of an instance that somebody is signed in to. */
export class RecentTasksNode implements TreeNode {
  readonly id: string;
  #state: 'unread' | 'reading' | 'read' = 'unread';
  #rows = new Map<number, TaskNode>();

  constructor(
    readonly parent: TreeNode,
    private readonly of: Instance,
    private readonly tasks: NativeTasks,
  ) {
    this.id = `${parent.id}/tasks`;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(
      vscode.l10n.t('Recent tasks'),
      vscode.TreeItemCollapsibleState.Collapsed,
    );
    item.iconPath = new vscode.ThemeIcon('history');
    return item;
  }

  async children(signal: AbortSignal): Promise<readonly TreeNode[]> {
    // Read once; after that the tasks tell what changes.
    if (this.#state === 'unread') await this.#read(signal);
    const latest = this.tasks.list(this.of.arn).slice(0, shownTasks);
    this.#rows = new Map(latest.map((task) => [task.taskId, new TaskNode(this, task)]));
    return latest.length > 0
      ? [...this.#rows.values()]
      : [new MessageNode(this, vscode.l10n.t('No tasks yet'), { icon: 'circle-slash' })];
  }

  /** The row that shows a change of a task; this one for a change of the list, none when nobody looks. */
  rowOf(taskId: number | undefined): TreeNode | undefined {
    if (this.#state !== 'read') return undefined;
    const row = taskId === undefined ? undefined : this.#rows.get(taskId);
    const task = row && this.tasks.get(row.task);
    if (row === undefined || task === undefined) return this;
    row.update(task);
    return row;
  }

  async #read(signal: AbortSignal): Promise<void> {
    this.#state = 'reading';
    try {
      await this.tasks.refresh(this.of, signal);
      this.#state = 'read';
    } catch (error) {
      this.#state = 'unread';
      throw error;
    }
  }
}
