import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { AwsConnection } from './awsConnection.js';

/** Tools write several files when somebody signs in. */
const settleMs = 300;

/** Picks up new profiles and credentials when the AWS files change, so that nobody has to restart. */
export function watchAwsFiles(aws: AwsConnection): vscode.Disposable {
  let settling: NodeJS.Timeout | undefined;
  const changed = () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      // Credentials that were given in memory do not come from these files.
      if (aws.place === undefined) aws.reopen();
    }, settleMs);
  };
  const watchers = watchedFiles().map(([folder, pattern]) => {
    const files = new vscode.RelativePattern(vscode.Uri.file(folder), pattern);
    const watcher = vscode.workspace.createFileSystemWatcher(files);
    watcher.onDidCreate(changed);
    watcher.onDidChange(changed);
    watcher.onDidDelete(changed);
    return watcher;
  });
  return vscode.Disposable.from(...watchers, {
    dispose: () => {
      clearTimeout(settling);
    },
  });
}

function watchedFiles(): [folder: string, pattern: string][] {
  const home = path.join(os.homedir(), '.aws');
  const file = (variable: string, name: string): [string, string] => {
    const { dir, base } = path.parse(process.env[variable] || path.join(home, name));
    return [dir, base];
  };
  return [
    file('AWS_CONFIG_FILE', 'config'),
    file('AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
    [path.join(home, 'sso', 'cache'), '*.json'],
  ];
}
