import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** What a suite has to end, in reverse order, also when its preparation failed half-way. */
export class CleanUp {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  async temporaryFolder(): Promise<string> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'conformance-'));
    this.add(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) await step();
  }
}
