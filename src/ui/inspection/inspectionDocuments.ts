import * as vscode from 'vscode';
import { isCancelled } from '../../core/errors.js';
import type { Inspection } from '../../core/inspection/inspection.js';
import { failureSentence } from '../failures/failureSentence.js';
import { inspectionScheme } from '../ids.js';
import type { Services } from '../services.js';
import { abortedBy } from '../abortedBy.js';
import { type BackupLocation, documentUri, locationOf, nameOf } from './backupLocation.js';
import { readBackup } from './readBackup.js';
import { restoreVerdict } from './restoreVerdict.js';
import { verdictSentence } from './verdictSentence.js';

/**
 * The read-only documents about backups. Their URI says where the backup lies, so that a window that
 * was loaded anew reads it again.
 */
export class InspectionDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly onDidChange: vscode.Event<vscode.Uri>;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #services: Services;
  readonly #registration: vscode.Disposable;
  /** Read by the command, for the document that it opens. */
  readonly #ready = new Map<string, Inspection>();

  constructor(services: Services) {
    this.#services = services;
    this.onDidChange = this.#changed.event;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(
      inspectionScheme,
      this,
    );
  }

  /** Shows what has been read; a document that is open already shows the news. */
  async show(location: BackupLocation, inspection: Inspection): Promise<void> {
    const uri = documentUri(location);
    this.#ready.set(uri.toString(), inspection);
    this.#changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  async provideTextDocumentContent(
    uri: vscode.Uri,
    token: vscode.CancellationToken,
  ): Promise<string> {
    const location = locationOf(uri);
    const { inspectionMarkdown } = await import('./inspectionMarkdown.js');
    try {
      const inspection = this.#taken(uri) ?? (await this.#read(location, token));
      const { facts, error } = inspection;
      const verdict = facts && verdictSentence(restoreVerdict(facts, error));
      return inspectionMarkdown(nameOf(location), inspection, verdict);
    } catch (error) {
      if (isCancelled(error)) throw error;
      // An editor that could not open would say less.
      this.#services.log.error(`${uri.toString()}: ${failureSentence(error)}`);
      return inspectionMarkdown(nameOf(location), { location: uri.query, error });
    }
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }

  #taken(uri: vscode.Uri): Inspection | undefined {
    const key = uri.toString();
    const inspection = this.#ready.get(key);
    this.#ready.delete(key);
    return inspection;
  }

  async #read(location: BackupLocation, token: vscode.CancellationToken): Promise<Inspection> {
    return abortedBy(token, (signal) => readBackup(this.#services, location, signal));
  }
}
