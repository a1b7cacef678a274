import * as vscode from 'vscode';
import { commandIds } from '../ids.js';
import { problemSource } from './failureProblems.js';
import type { Failures } from './failures.js';
import { failureIn, remediesFor, sectionAt, sectionsOf, taskOf } from './knownFailures.js';

/** Quick fixes for the failure of a task: the commands that help, and its explanation. */
export class FailureActions implements vscode.CodeActionProvider {
  constructor(private readonly failures: Failures) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const ours = diagnostics.filter(({ source }) => source === problemSource);
    return (await Promise.all(ours.map((problem) => this.#actions(document, problem)))).flat();
  }

  async #actions(
    document: vscode.TextDocument,
    problem: vscode.Diagnostic,
  ): Promise<vscode.CodeAction[]> {
    const section = sectionAt(document, problem.range.start.line);
    if (section === undefined) return [];
    const task = taskOf(document, section, this.failures);
    const id = typeof problem.code === 'object' ? problem.code.value : problem.code;
    const remedies = await remediesFor({ id: String(id) }, task, this.failures);
    const message = section.messages.map(({ text }) => text).join('\n');
    return [
      ...remedies.map(({ title, command, subject }) => ({ title, command, argument: subject })),
      {
        title: vscode.l10n.t('Explain Failure…'),
        command: commandIds.explainFailure,
        argument: message,
      },
    ].map(({ title, command, argument }, index) => {
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.command = { title, command, arguments: [argument] };
      action.diagnostics = [problem];
      action.isPreferred = index === 0;
      return action;
    });
  }
}

/** The same commands above the failing line: VS Code shows no light bulb in what cannot be edited. */
export class FailureLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly onDidChangeCodeLenses: vscode.Event<void>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;

  constructor(private readonly failures: Failures) {
    this.onDidChangeCodeLenses = this.#changed.event;
    this.#subscription = failures.onDidLearn(() => {
      this.#changed.fire();
    });
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const lenses: vscode.CodeLens[] = [];
    for (const section of sectionsOf(document)) {
      const task = taskOf(document, section, this.failures);
      const failure = await failureIn(section, task);
      const [first] = failure?.lines ?? [];
      if (failure === undefined || first === undefined) continue;
      const remedies = await remediesFor(failure.diagnosis, task, this.failures);
      const { range } = document.lineAt(first);
      lenses.push(
        ...remedies.map(
          ({ title, command, subject }) =>
            new vscode.CodeLens(range, { title, command, arguments: [subject] }),
        ),
      );
    }
    return lenses;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
