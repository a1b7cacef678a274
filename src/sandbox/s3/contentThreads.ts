import os from 'node:os';
import { Worker } from 'node:worker_threads';
import type { WantedDigests } from './contentFile.js';
import type { ContentOrder, ContentReport } from './contentOrders.js';
import { ContentWriter } from './contentWriter.js';

const maxThreads = 4;
export const blockSize = 1 << 20;
/** Blocks kept for the next upload: memory that is fresh from the system is slow to touch. */
const maxIdleBlocks = 24;

/** A thread and the files it is writing. */
export class ContentThread {
  readonly #worker = new Worker(new URL('./contentWorker.js', import.meta.url), { execArgv: [] });
  readonly #listeners = new Map<number, (report: ContentReport) => void>();
  #lastFile = 0;
  #lost: Error | undefined;

  constructor() {
    // A sandbox whose server has ended need not be ended by force.
    this.#worker.unref();
    this.#worker.on('message', (report: ContentReport) => {
      this.#listeners.get(report.file)?.(report);
    });
    this.#worker.on('error', (error: unknown) => {
      this.#lose(error instanceof Error ? error : new Error(String(error)));
    });
    this.#worker.on('exit', () => {
      this.#lose(new Error('the thread that writes uploads has ended'));
    });
  }

  /** Why the thread can do nothing any more. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** Announces a file; what happens to it is reported to `listener`. */
  add(listener: (report: ContentReport) => void): number {
    const file = ++this.#lastFile;
    this.#listeners.set(file, listener);
    return file;
  }

  remove(file: number): void {
    this.#listeners.delete(file);
  }

  order(order: ContentOrder): void {
    this.#worker.postMessage(order, order.kind === 'write' ? [order.block] : []);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    for (const [file, listener] of this.#listeners) listener({ kind: 'failed', file, error });
  }
}

/** The threads that take uploads to disk; started when the first large ones come. */
export class ContentThreads {
  #threads: ContentThread[] = [];
  #turn = 0;
  readonly #idleBlocks: Buffer[] = [];

  /** A new file in `folder`. */
  create(folder: string, wanted: WantedDigests): ContentWriter {
    return new ContentWriter(folder, wanted, this);
  }

  takeBlock(): Buffer {
    return this.#idleBlocks.pop() ?? Buffer.allocUnsafeSlow(blockSize);
  }

  giveBlock(block: Buffer): void {
    if (this.#idleBlocks.length < maxIdleBlocks) this.#idleBlocks.push(block);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  /** The thread for the next file. */
  next(): ContentThread {
    this.#threads = this.#threads.filter((thread) => thread.lost === undefined);
    if (this.#threads.length < Math.min(maxThreads, Math.max(1, os.availableParallelism() - 1))) {
      const thread = new ContentThread();
      this.#threads.push(thread);
      return thread;
    }
    this.#turn = (this.#turn + 1) % this.#threads.length;
    return this.#threads[this.#turn] ?? new ContentThread();
  }
}
