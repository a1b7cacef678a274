import * as vscode from 'vscode';
import { AwsConnection } from './ui/aws/awsConnection.js';
import { registerAws } from './ui/aws/registerAws.js';
import { renewCredentials } from './ui/aws/renewCredentials.js';
import { registerCommand } from './ui/commands/registerCommand.js';
import { commandIds } from './ui/ids.js';
import { registerLocalSandbox } from './ui/localSandbox/registerLocalSandbox.js';
import { createNativeTasks } from './ui/nativeTasks/createNativeTasks.js';
import { registerRestore } from './ui/restore/registerRestore.js';
import type { Services } from './ui/services.js';
import { createInstanceLogins } from './ui/sql/createInstanceLogins.js';
import { registerTaskProvider } from './ui/taskProvider/registerTaskProvider.js';
import { registerTranscript } from './ui/transcript/registerTranscript.js';
import { registerTransfers } from './ui/transfer/registerTransfers.js';
import { registerBackups } from './ui/views/backups/registerBackups.js';
import { registerInstances } from './ui/views/instances/registerInstances.js';
import { registerOptionGroups } from './ui/views/optionGroups/registerOptionGroups.js';
import { registerNodeCommands } from './ui/views/registerNodeCommands.js';
import { registerTasks } from './ui/views/tasks/registerTasks.js';
import { WorkList } from './ui/work/work.js';

/** Builds the services and registers the features; awaits nothing, so that VS Code never waits for us. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('RDS Backup for SQL Server', { log: true });
  const work = new WorkList();
  const aws = new AwsConnection((error) => {
    work.wait(vscode.l10n.t('waiting for AWS credentials'));
    return renewCredentials(error);
  });
  const logins = createInstanceLogins(context, aws);
  const tasks = createNativeTasks({ context, log, aws, logins, work });
  context.subscriptions.push(log, aws, logins, work, tasks);

  const services: Services = { context, log, aws, logins, work, tasks };
  const features = [
    registerAws,
    registerInstances,
    registerOptionGroups,
    registerBackups,
    registerTasks,
    registerNodeCommands,
    registerTransfers,
    registerRestore,
    registerTranscript,
    registerLocalSandbox,
    registerTaskProvider,
  ];
  for (const register of features) context.subscriptions.push(register(services));
  context.subscriptions.push(
    registerCommand(log, commandIds.showLog, () => {
      log.show();
    }),
  );
}
