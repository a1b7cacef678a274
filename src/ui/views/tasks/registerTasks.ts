import * as vscode from 'vscode';
import { registerCommand } from '../../commands/registerCommand.js';
import { commandIds } from '../../ids.js';
import type { TaskSubject } from '../../nativeTasks/askTask.js';
import type { Services } from '../../services.js';
import { TasksView } from './tasksView.js';

/** The *Tasks* view and what can be done with a task. */
export function registerTasks(services: Services): vscode.Disposable {
  const { log } = services;
  const view = new TasksView(services);
  return vscode.Disposable.from(
    view,
    registerCommand(log, commandIds.refreshTasks, () => {
      view.refresh();
    }),
    registerCommand(log, commandIds.cancelTask, async (subject?: TaskSubject) => {
      const { cancelTask } = await import('./cancelTask.js');
      await cancelTask(services, subject);
    }),
    registerCommand(log, commandIds.copySql, async (subject?: TaskSubject) => {
      const { copyTaskSql } = await import('./copySql.js');
      await copyTaskSql(services, subject);
    }),
  );
}
