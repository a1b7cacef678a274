import type { SandboxClock } from '../contract.js';
import type { Task } from './task.js';

/** Writes a task's `task_info`: stamped messages, each on a line of its own that CR begins. */
export class TaskLog {
  readonly #task: Task;
  readonly #clock: SandboxClock;
  readonly #changed: () => void;

  constructor(task: Task, clock: SandboxClock, changed: () => void) {
    this.#task = task;
    this.#clock = clock;
    this.#changed = changed;
  }

  add(...messages: readonly string[]): void {
    const now = this.#clock.now();
    for (const message of messages) this.#task.info += `\r[${stamp(now)}] ${message}`;
    this.#task.lastUpdated = now.toISOString();
    this.#changed();
  }

  percent(value: number): void {
    this.#task.percentComplete = value;
    this.#task.lastUpdated = this.#clock.now().toISOString();
    this.#changed();
  }
}

const stamp = (time: Date) => time.toISOString().replace('T', ' ').replace('Z', '');
