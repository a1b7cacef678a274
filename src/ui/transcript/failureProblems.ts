import * as vscode from 'vscode';
import type { Diagnosis } from '../../core/diagnosis/diagnosis.js';
import { logFailure } from '../failures/showFailure.js';
import { taskScheme } from '../ids.js';
import type { Services } from '../services.js';
import { type EndedTask, makesUpFor } from './endedTasks.js';
import type { Failures } from './failures.js';
import { failureIn } from './knownFailures.js';
import { readTranscript } from './readTranscript.js';
import { taskUri } from './taskDocuments.js';

export const problemSource = 'RDS Backup';

/**
 * The failures of tasks in the Problems panel: of those that failed in this window, and of those whose
 * transcript is open. They go when the same database has been restored after all.
 */
export class FailureProblems implements vscode.Disposable {
  readonly #problems = vscode.languages.createDiagnosticCollection('rdsBackup');
  /** What is in the panel, by uri: a task is kept anew when more is known of it. */
  readonly #shown = new Map<string, EndedTask>();
  /** Uris of tasks that failed in this window. */
  readonly #failedHere = new Set<string>();
  readonly #subscriptions: vscode.Disposable;
  #updated = Promise.resolve();

  constructor(
    private readonly services: Services,
    private readonly failures: Failures,
  ) {
    this.#subscriptions = vscode.Disposable.from(
      this.#problems,
      failures.onDidLearn(() => {
        this.#queueUpdate();
      }),
      services.tasks.onDidChange(() => {
        this.#queueUpdate();
      }),
      vscode.workspace.onDidOpenTextDocument(({ uri }) => {
        if (uri.scheme === taskScheme) this.#queueUpdate();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === taskScheme) this.#queueUpdate();
      }),
    );
    this.#queueUpdate();
  }

  /** From now on the failure of this task is a problem, whether its transcript is open or not. */
  add(task: EndedTask): void {
    this.#failedHere.add(taskUri(task, task.row).toString());
  }

  /** One after the other, so that a slow look never brings back what a later one has removed. */
  #queueUpdate(): void {
    this.#updated = this.#updated
      .then(() => this.#update())
      .catch((error: unknown) => {
        logFailure(this.services.log, 'Updating the problems', error);
      });
  }

  async #update(): Promise<void> {
    const open = vscode.workspace.textDocuments.map(({ uri }) => uri.toString());
    const wanted = new Map(
      this.failures.ended.all
        .filter((task) => task.row.lifecycle === 'ERROR' && !this.#madeUpFor(task))
        .map((task) => [taskUri(task, task.row).toString(), task] as const)
        .filter(([uri]) => this.#failedHere.has(uri) || open.includes(uri)),
    );
    for (const [uri, task] of this.#shown) {
      if (wanted.has(uri)) continue;
      this.#problems.delete(taskUri(task, task.row));
      this.#shown.delete(uri);
    }
    for (const [uri, task] of wanted) {
      if (this.#shown.get(uri) === task) continue;
      this.#problems.set(taskUri(task, task.row), await problemsOf(task));
      this.#shown.set(uri, task);
    }
  }

  #madeUpFor(failed: EndedTask): boolean {
    const later = [...this.services.tasks.list(failed.instanceArn), ...this.failures.ended.all];
    return later.some((task) => makesUpFor(task, failed));
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}

const severities: Readonly<Record<Diagnosis['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

async function problemsOf(task: EndedTask): Promise<vscode.Diagnostic[]> {
  const { transcriptOfRow } = await import('./transcriptOfRow.js');
  const lines = transcriptOfRow(task.row, task.instanceId, task.situation);
  const [section] = readTranscript(lines);
  const failure = section && (await failureIn(section, task));
  if (failure === undefined) return [];
  const { diagnosis } = failure;
  const [first, ...others] = failure.lines.map((line) => rangeOf(lines, line));
  if (first === undefined) return [];
  const { id, title, severity } = diagnosis;
  // The hover adds cause and fix; in the panel the title says enough to know what it is.
  const problem = new vscode.Diagnostic(first, title, severities[severity]);
  const { documentationOf } = await import('./documentation.js');
  const page = documentationOf(id);
  problem.source = problemSource;
  problem.code = page === undefined ? id : { value: id, target: vscode.Uri.parse(page) };
  problem.relatedInformation = others.map(
    (range) =>
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(taskUri(task, task.row), range),
        vscode.l10n.t('Part of the same failure'),
      ),
  );
  return [problem];
}

/** The message of a line, without its stamp. */
function rangeOf(lines: readonly string[], line: number): vscode.Range {
  const text = lines[line] ?? '';
  const from = /^\[[\d: .-]+\] /.exec(text)?.[0].length ?? 0;
  return new vscode.Range(line, from, line, text.length);
}
