import * as vscode from 'vscode';
import { isCancelled } from '../../core/errors.js';

export type WorkKind = 'upload' | 'download' | 'verify' | 'native-task';
export type WorkState =
  | 'running' /** Held up: expired credentials, a lost connection. */
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/**
 * Something that takes a while. The tree, the status bar, the notification and the pseudo-terminal of a
 * task all show this one model.
 */
export class Work {
  readonly id: number;
  readonly kind: WorkKind;
  readonly title: string;
  readonly startedAt = new Date();
  readonly #stop = new AbortController();
  readonly #changed: () => void;
  #state: WorkState = 'running';
  #percent: number | undefined;
  #detail = '';
  #error: unknown;

  constructor(id: number, kind: WorkKind, title: string, changed: () => void) {
    this.id = id;
    this.kind = kind;
    this.title = title;
    this.#changed = changed;
  }

  get state(): WorkState {
    return this.#state;
  }
  /** 0 to 100; undefined while nobody knows. */
  get percent(): number | undefined {
    return this.#percent;
  }
  /** For people: amounts and rate, the state of a task, what it waits for, what went wrong. */
  get detail(): string {
    return this.#detail;
  }
  /** Why it failed. */
  get error(): unknown {
    return this.#error;
  }
  get live(): boolean {
    return this.#state === 'running' || this.#state === 'waiting';
  }
  /** Aborted by {@link cancel}. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  cancel(): void {
    this.#stop.abort();
  }

  /** Says how far it is. */
  report(o: { readonly percent?: number | undefined; readonly detail?: string }): void {
    if (!this.live) return;
    this.#state = 'running';
    if (o.percent !== undefined) this.#percent = o.percent;
    if (o.detail !== undefined) this.#detail = o.detail;
    this.#changed();
  }

  /** Says what holds it up; the next {@link report} ends that. */
  wait(detail: string): void {
    if (!this.live) return;
    this.#state = 'waiting';
    this.#detail = detail;
    this.#changed();
  }

  end(outcome: { readonly error?: unknown; readonly detail?: string }): void {
    if (!this.live) return;
    this.#error = outcome.error;
    this.#state =
      outcome.error === undefined
        ? 'succeeded'
        : isCancelled(outcome.error)
          ? 'cancelled'
          : 'failed';
    if (outcome.detail !== undefined) this.#detail = outcome.detail;
    this.#changed();
  }
}

/** What runs, and what has ended in this window; the newest first. */
export class WorkList implements vscode.Disposable {
  readonly onDidChange: vscode.Event<Work>;
  readonly #changed = new vscode.EventEmitter<Work>();
  readonly #kept = 25;
  #items: readonly Work[] = [];
  #lastId = 0;

  constructor() {
    this.onDidChange = this.#changed.event;
  }

  get items(): readonly Work[] {
    return this.#items;
  }

  /** Adds work; whoever does it must {@link Work.end} it. */
  start(kind: WorkKind, title: string): Work {
    const work: Work = new Work(++this.#lastId, kind, title, () => {
      this.#changed.fire(work);
    });
    const ended = this.#items.filter((item) => !item.live).slice(0, this.#kept - 1);
    this.#items = [work, ...this.#items.filter((item) => item.live || ended.includes(item))];
    this.#changed.fire(work);
    return work;
  }

  /** Says of all transfers what holds them up. */
  wait(detail: string): void {
    for (const work of this.#items) if (work.kind !== 'native-task') work.wait(detail);
  }

  /** Does `body` as work: its failure or cancellation ends the work and is thrown on. */
  async run<T>(kind: WorkKind, title: string, body: (work: Work) => Promise<T>): Promise<T> {
    const work = this.start(kind, title);
    try {
      const result = await body(work);
      work.end({});
      return result;
    } catch (error) {
      work.end({ error });
      throw error;
    }
  }

  /** Cancels what runs here. Native tasks run on a server, and go on there when the window closes. */
  dispose(): void {
    for (const work of this.#items) if (work.kind !== 'native-task') work.cancel();
    this.#changed.dispose();
  }
}
