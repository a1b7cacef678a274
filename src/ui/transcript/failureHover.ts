import * as vscode from 'vscode';
import { failureMarkdown } from './failureMarkdown.js';
import type { Failures } from './failures.js';
import { explanationAt, remediesFor, sectionAt, taskOf } from './knownFailures.js';

/** Over a known failure, in the output and in a document: cause, fix and the commands that help. */
export class FailureHover implements vscode.HoverProvider {
  constructor(private readonly failures: Failures) {}

  async provideHover(
    document: vscode.TextDocument,
    { line }: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    const section = sectionAt(document, line);
    if (section === undefined) return undefined;
    const task = taskOf(document, section, this.failures);
    const found = await explanationAt(section, line, task);
    if (found === undefined) return undefined;
    const { diagnosis } = found.cause ?? found;
    const links = await remediesFor(diagnosis, task, this.failures);
    const markdown = new vscode.MarkdownString(
      failureMarkdown(diagnosis, {
        links,
        symptom: found.cause === undefined ? undefined : found.diagnosis,
      }),
    );
    markdown.isTrusted = { enabledCommands: links.map(({ command }) => command) };
    return new vscode.Hover(markdown, document.lineAt(line).range);
  }
}
