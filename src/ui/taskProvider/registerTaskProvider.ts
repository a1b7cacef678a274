import * as vscode from 'vscode';
import { taskType } from '../ids.js';
import type { Services } from '../services.js';
import { readDefinition } from './definition.js';
import { runTask, subjectOf } from './runTask.js';
import { TaskTerminal } from './taskTerminal.js';

/** Tasks of type `rdsBackup` in tasks.json: upload, download and restore by themselves, every night. */
export function registerTaskProvider(services: Services): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(taskType, {
    // Nothing is guessed: what to move where stands in tasks.json.
    provideTasks: () => [],
    resolveTask: ({ definition, scope, name }) => {
      const task = new vscode.Task(
        definition,
        scope ?? vscode.TaskScope.Workspace,
        name,
        vscode.l10n.t('RDS Backup'),
        new vscode.CustomExecution((resolved) =>
          Promise.resolve(terminal(services, resolved, folderOf(scope))),
        ),
        '$rds-backup',
      );
      return task;
    },
  });
}

function terminal(
  services: Services,
  definition: vscode.TaskDefinition,
  folder: string | undefined,
): vscode.Pseudoterminal {
  return new TaskTerminal(services.work, subjectOf(definition, folder), (output, signal) =>
    runTask(services, readDefinition(definition), folder, output, signal),
  );
}

function folderOf(scope: vscode.Task['scope']): string | undefined {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  const folder = typeof scope === 'object' ? scope : first;
  return folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined;
}
