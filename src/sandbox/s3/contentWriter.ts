import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type ContentDigests, ContentFile, type WantedDigests } from './contentFile.js';
import { blockSize, type ContentThread, type ContentThreads } from './contentThreads.js';
import type { ContentReport } from './contentOrders.js';

/** Blocks of one upload that are filled or on their way: the memory that an upload takes. */
const maxBlocks = 3;
/** Most bodies are small, and so is the first block until one turns out not to be. */
const smallBlock = 64 * 1024;

export interface WrittenFile extends ContentDigests {
  /** Name in the data folder. */
  readonly file: string;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Takes the bytes of an object or part into a new file of a data folder, with their digests. What
 * fits into one block is written at once; a thread takes what does not.
 */
export class ContentWriter {
  readonly #file = randomUUID();
  /** The block being filled. */
  #block: Buffer | undefined;
  #filled = 0;
  /** Blocks that are with the thread. */
  #sent = 0;
  #waiter: Waiter | undefined;
  #failure: { readonly error: Error } | undefined;
  #remote: { readonly thread: ContentThread; readonly id: number } | undefined;
  #onEnd: ((report: ContentReport) => void) | undefined;

  constructor(
    private readonly folder: string,
    private readonly wanted: WantedDigests,
    private readonly threads: ContentThreads,
  ) {}

  /** Copies a piece. The next may come at once, or when the promise resolves. */
  write(piece: Buffer): Promise<void> | undefined {
    for (let done = 0; ;) {
      // All blocks are on their way: the client has to wait for the disk.
      if (this.#block === undefined && this.#sent === maxBlocks) {
        return this.#writeLater(piece.subarray(done));
      }
      const block = (this.#block ??=
        this.#remote === undefined ? Buffer.allocUnsafeSlow(smallBlock) : this.threads.takeBlock());
      const copied = piece.copy(block, this.#filled, done);
      this.#filled += copied;
      done += copied;
      if (done === piece.length) return undefined;
      if (block.length < blockSize) this.#grow(block);
      else this.#send(block);
    }
  }

  async #writeLater(rest: Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#waiter = { resolve, reject };
      if (this.#failure !== undefined) reject(this.#failure.error);
    });
    await this.write(rest);
  }

  #grow(block: Buffer): void {
    this.#block = this.threads.takeBlock();
    block.copy(this.#block);
  }

  #send(block: Buffer): void {
    const { thread, id } = this.#open();
    const buffer = block.buffer as ArrayBuffer;
    thread.order({ kind: 'write', file: id, block: buffer, length: this.#filled });
    this.#sent++;
    this.#block = undefined;
    this.#filled = 0;
  }

  #open() {
    if (this.#remote !== undefined) return this.#remote;
    const thread = this.threads.next();
    const id = thread.add((report) => {
      this.#take(report);
    });
    thread.order({ kind: 'open', file: id, path: this.#path, wanted: this.wanted });
    this.#remote = { thread, id };
    return this.#remote;
  }

  #take(report: ContentReport): void {
    const waiter = this.#waiter;
    if (report.kind === 'written') {
      this.#sent--;
      this.threads.giveBlock(Buffer.from(report.block));
      waiter?.resolve();
      this.#waiter = undefined;
      return;
    }
    if (report.kind === 'failed') {
      this.#failure ??= report;
      waiter?.reject(report.error);
    }
    this.#onEnd?.(report);
  }

  async finish(): Promise<WrittenFile> {
    if (this.#remote === undefined) return { file: this.#file, ...this.#writeHere() };
    if (this.#block !== undefined) this.#send(this.#block);
    const report = this.#failure ?? (await this.#end('finish'));
    if ('digests' in report) return { file: this.#file, ...report.digests };
    throw 'error' in report ? report.error : new Error('the file was given up');
  }

  /** Gives the file up, finished or not. */
  async discard(): Promise<void> {
    if (this.#remote !== undefined && this.#remote.thread.lost === undefined)
      await this.#end('close');
    await rm(this.#path, { force: true });
  }

  async #end(kind: 'finish' | 'close'): Promise<ContentReport> {
    const { thread, id } = this.#open();
    const report = await new Promise<ContentReport>((resolve) => {
      this.#onEnd = resolve;
      thread.order({ kind, file: id });
    });
    if (kind === 'close' || report.kind === 'finished') {
      thread.remove(id);
      this.#remote = undefined;
    }
    return report;
  }

  #writeHere(): ContentDigests {
    const content = new ContentFile(this.#path, this.wanted);
    try {
      if (this.#block !== undefined) content.write(this.#block.subarray(0, this.#filled));
      return content.digests();
    } finally {
      content.close();
    }
  }

  get #path(): string {
    return path.join(this.folder, this.#file);
  }
}
