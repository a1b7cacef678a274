import * as vscode from 'vscode';
import { isTerminal } from '../../core/nativeTasks/taskRow.js';
import { failureSentence } from '../failures/failureSentence.js';
import { taskScheme } from '../ids.js';
import { sameTask, type TaskKey } from '../nativeTasks/nativeTasks.js';
import type { Services } from '../services.js';
import type { Failures } from './failures.js';
import { messageUriParts, subjectOf, taskUriParts } from './taskUri.js';

interface Content {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly mtime: number;
}

export const taskUri = (...[key, row]: Parameters<typeof taskUriParts>) =>
  vscode.Uri.from({ scheme: taskScheme, ...taskUriParts(key, row) });

export const messageUri = (text: string) =>
  vscode.Uri.from({ scheme: taskScheme, ...messageUriParts(text) });

/**
 * The read-only documents of the scheme `rds-task`. A file system rather than a content provider: its
 * editors are opened again after a reload, and VS Code says why they cannot be edited.
 */
export class TaskDocuments implements vscode.FileSystemProvider, vscode.Disposable {
  readonly onDidChangeFile: vscode.Event<vscode.FileChangeEvent[]>;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly #contents = new Map<string, Promise<Content>>();
  readonly #subscriptions: vscode.Disposable;

  constructor(
    private readonly services: Services,
    private readonly failures: Failures,
  ) {
    const { tasks, logins, aws } = services;
    this.onDidChangeFile = this.#changed.event;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      tasks.onDidChange(({ instanceArn, taskId }) => {
        this.#refresh(
          (key) => key.instanceArn === instanceArn && (taskId ?? key.taskId) === key.taskId,
        );
      }),
      failures.onDidLearn((task) => {
        this.#refresh((key) => sameTask(key, task));
      }),
      logins.onDidChange((arn) => {
        this.#refresh((key) => key.instanceArn === arn);
      }),
      aws.onDidChange(() => {
        this.#refresh(() => true);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === taskScheme) this.#contents.delete(uri.toString());
      }),
    );
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { text, mtime } = await this.#content(uri);
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime,
      size: Buffer.byteLength(text),
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from((await this.#content(uri)).text);
  }

  #content(uri: vscode.Uri): Promise<Content> {
    const id = uri.toString();
    let content = this.#contents.get(id);
    if (content === undefined) {
      content = this.#text(uri).then((text) => ({ text, mtime: Date.now() }));
      content.catch(() => this.#contents.delete(id));
      this.#contents.set(id, content);
    }
    return content;
  }

  /** Writes the open documents of these tasks anew, and tells where that changed something. */
  #refresh(concerned: (key: TaskKey) => boolean): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      const subject = uri.scheme === taskScheme ? subjectOf(uri) : undefined;
      if (subject?.kind === 'task' && concerned(subject.key)) void this.#renew(uri);
    }
  }

  async #renew(uri: vscode.Uri): Promise<void> {
    const before = await this.#content(uri);
    const text = await this.#text(uri);
    if (text === before.text) return;
    // VS Code reads a file again only when it has become younger.
    const mtime = Math.max(Date.now(), before.mtime + 1);
    this.#contents.set(uri.toString(), Promise.resolve({ text, mtime }));
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  async #text(uri: vscode.Uri): Promise<string> {
    const subject = subjectOf(uri);
    if (subject === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    const lines =
      subject.kind === 'message'
        ? await this.#explained(subject.text)
        : await this.#transcript(subject.key);
    return lines.map((line) => `${line}\n`).join('');
  }

  async #explained(message: string): Promise<string[]> {
    const { diagnose } = await import('../../core/diagnosis/diagnose.js');
    const { accountLines, messageLine } = await import('./transcriptText.js');
    const { parseTaskInfo } = await import('../../core/nativeTasks/taskInfo.js');
    const diagnosis = diagnose(message);
    return [
      ...parseTaskInfo(message).map(messageLine),
      ...(diagnosis === undefined ? [] : accountLines(diagnosis)),
    ];
  }

  async #transcript(key: TaskKey): Promise<string[]> {
    const { transcriptOfRow } = await import('./transcriptOfRow.js');
    const { tasks } = this.services;
    const { ended } = this.failures;
    try {
      const task = tasks.get(key) ?? ended.get(key) ?? (await tasks.find(key));
      // Not awaited: what is learnt comes into the document by itself.
      if (isTerminal(task.row.lifecycle)) void this.failures.learn(task, false);
      return transcriptOfRow(task.row, key.instanceId, ended.get(key)?.situation);
    } catch (error) {
      return [
        `  ${key.instanceId} cannot be asked about task ${key.taskId}. ${failureSentence(error)}`,
        '  The transcript appears here once somebody is signed in to the instance.',
      ];
    }
  }

  /** Every change of a task is told by {@link NativeTasks}; there is nothing more to watch. */
  watch(): vscode.Disposable {
    return vscode.Disposable.from();
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}
