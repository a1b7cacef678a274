import * as vscode from 'vscode';
import { taskLogLanguage } from '../ids.js';
import { TranscriptStream } from './transcriptStream.js';

/** The output channel “RDS Backup Tasks”: there from the first line on, and never in front by itself. */
export class TaskChannel implements vscode.Disposable {
  #channel: vscode.OutputChannel | undefined;
  readonly stream = new TranscriptStream((line) => {
    this.#channel ??= vscode.window.createOutputChannel('RDS Backup Tasks', taskLogLanguage);
    this.#channel.appendLine(line);
  });

  dispose(): void {
    this.#channel?.dispose();
  }
}
