import type * as vscode from 'vscode';
import type { AwsConnection } from './aws/awsConnection.js';
import type { NativeTasks } from './nativeTasks/nativeTasks.js';
import type { InstanceLogins } from './sql/instanceLogins.js';
import type { WorkList } from './work/work.js';

/** What the features share; built once by `activate()` and handed to each. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly aws: AwsConnection;
  readonly logins: InstanceLogins;
  readonly work: WorkList;
  readonly tasks: NativeTasks;
}
