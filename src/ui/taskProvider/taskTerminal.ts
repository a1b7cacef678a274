import * as vscode from 'vscode';
import { isCancelled } from '../../core/errors.js';
import type { Work, WorkList } from '../work/work.js';
import { problemLine } from './problemLine.js';

export interface TaskOutput {
  /** Writes whole lines. */
  say(text: string): void;
  /** Shows how far `work` is in one line that changes in place. */
  follow(work: Work): void;
}

/** Lines that change more often only flicker. */
const shortestMs = 250;
const clearLine = '\r\u001b[2K';

/** The terminal of a task of tasks.json: what it says, how far it is, and how it ended. */
export class TaskTerminal implements vscode.Pseudoterminal {
  readonly onDidWrite: vscode.Event<string>;
  readonly onDidClose: vscode.Event<number>;
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();
  readonly #stop = new AbortController();
  readonly #list: WorkList;
  readonly #subject: string;
  readonly #run: (output: TaskOutput, signal: AbortSignal) => Promise<void>;

  /**
   * @param subject the file that a failure is about, for the Problems panel
   * @param run does the work, and says what it did
   */
  constructor(
    list: WorkList,
    subject: string,
    run: (output: TaskOutput, signal: AbortSignal) => Promise<void>,
  ) {
    this.onDidWrite = this.#written.event;
    this.onDidClose = this.#closed.event;
    this.#list = list;
    this.#subject = subject;
    this.#run = run;
  }

  open(): void {
    void this.#work();
  }

  /** The user ends the task or its terminal. */
  close(): void {
    this.#stop.abort();
  }

  handleInput(data: string): void {
    if (data === '\u0003') this.close();
  }

  async #work(): Promise<void> {
    let followed: Work | undefined;
    let shownAt = 0;
    const listener = this.#list.onDidChange((work) => {
      if (work !== followed || !work.live || Date.now() - shownAt < shortestMs) return;
      shownAt = Date.now();
      const percent = work.percent === undefined ? '' : ` ${work.percent} %`;
      this.#written.fire(`${clearLine}${work.title}${percent}  ${work.detail}`);
    });
    const say = (text: string) => {
      this.#written.fire(`${clearLine}${text.replaceAll(/\r?\n/g, '\r\n')}\r\n`);
    };
    try {
      await this.#run(
        {
          say,
          follow: (work) => {
            followed = work;
          },
        },
        this.#stop.signal,
      );
      this.#closed.fire(0);
    } catch (error) {
      say(isCancelled(error) ? vscode.l10n.t('Cancelled.') : problemLine(this.#subject, error));
      this.#closed.fire(1);
    } finally {
      listener.dispose();
      this.#written.dispose();
      this.#closed.dispose();
    }
  }
}
