import * as vscode from 'vscode';
import { isTerminal } from '../../../core/nativeTasks/taskRow.js';
import { commandIds } from '../../ids.js';
import type { NativeTask } from '../../nativeTasks/nativeTasks.js';
import { restoreOfRow } from '../../nativeTasks/restoreOfRow.js';
import { stateWord, taskLabel } from '../../nativeTasks/taskWords.js';
import { contextValue } from '../contextValue.js';
import { failedColour, passedColour } from '../iconColours.js';
import type { TreeNode } from '../node.js';
import { taskDescription } from './taskDescription.js';

/** A native task of an instance. */
export class TaskNode implements TreeNode {
  readonly id: string;
  #task: NativeTask;

  constructor(
    readonly parent: TreeNode | undefined,
    task: NativeTask,
  ) {
    this.id = `${parent?.id ?? ''}/task/${task.instanceArn}/${task.taskId}`;
    this.#task = task;
  }

  get task(): NativeTask {
    return this.#task;
  }

  /** Takes the task as it is now; the view must be told to show it. */
  update(task: NativeTask): void {
    this.#task = task;
  }

  item(): vscode.TreeItem {
    const { row, taskId, instanceArn, instanceId } = this.#task;
    const item = new vscode.TreeItem(taskLabel(row));
    item.description = taskDescription(row, stateWord(row.lifecycle), new Date());
    item.iconPath = iconOf(row.lifecycle);
    item.contextValue = contextValue('task', {
      live: !isTerminal(row.lifecycle),
      restore: restoreOfRow(row) !== undefined,
    });
    item.command = {
      command: commandIds.showTranscript,
      title: vscode.l10n.t('Show Task Transcript'),
      arguments: [{ task: { taskId, instanceArn, instanceId } }],
    };
    return item;
  }

  async tooltip(): Promise<vscode.MarkdownString> {
    const { taskTooltip } = await import('./taskTooltip.js');
    return taskTooltip(this.#task);
  }
}

function iconOf(lifecycle: string): vscode.ThemeIcon {
  switch (lifecycle) {
    case 'CREATED':
      return new vscode.ThemeIcon('clock');
    case 'SUCCESS':
      return new vscode.ThemeIcon('pass', passedColour);
    case 'ERROR':
      return new vscode.ThemeIcon('error', failedColour);
    case 'CANCELLED':
      return new vscode.ThemeIcon('circle-slash');
    default:
      return new vscode.ThemeIcon('sync~spin');
  }
}
