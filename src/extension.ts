import * as vscode from 'vscode';
import { registerExplainMessage } from './ui/commands/explainMessage.js';

/** Registers the features; awaits nothing, so that starting VS Code never waits for us. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('RDS Backup for SQL Server', { log: true });
  context.subscriptions.push(log, registerExplainMessage(log));
}
