import { CipherThread } from './cipherThread.js';
import { mebibyte } from './partPlan.js';
import type { Timings } from './workerProtocol.js';

/** The file is hashed in steps of at least this much. */
const stepBytes = 8 * mebibyte;

/**
 * SHA-256 of a file that is being written in any order: follows the end of what is complete, and reads
 * it back while the system still has it in memory. So the hash is that of the file, not of what was
 * meant to be in it.
 */
export class FileHash {
  readonly #thread = new CipherThread();
  /** Start and end of what was written beyond the complete beginning. */
  readonly #islands = new Map<number, number>();
  #completeTo = 0;
  #askedTo = 0;
  #steps: Promise<void> = Promise.resolve();

  constructor(private readonly fd: number) {}

  get spent(): Timings {
    return this.#thread.spent;
  }

  /** Says that `length` bytes from `start` are in the file. Each byte is to be said once. */
  written(start: number, length: number): void {
    this.#islands.set(start, start + length);
    for (let end; (end = this.#islands.get(this.#completeTo)) !== undefined;) {
      this.#islands.delete(this.#completeTo);
      if (end === this.#completeTo) break;
      this.#completeTo = end;
    }
    if (this.#completeTo - this.#askedTo >= stepBytes) {
      const steps = Promise.all([this.#steps, this.#step(false)]).then(() => undefined);
      // A failure is told by the digest.
      steps.catch(() => undefined);
      this.#steps = steps;
    }
  }

  /** Ends the hash. @returns it in hexadecimal */
  async digest(): Promise<string> {
    await this.#steps;
    const { sha256 } = await this.#step(true);
    if (sha256 === undefined) throw new Error('The hash was not finished');
    return sha256;
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  #step(digest: boolean) {
    const offset = this.#askedTo;
    this.#askedTo = this.#completeTo;
    const length = this.#askedTo - offset;
    return this.#thread.hash({ fd: this.fd, offset, length, digest });
  }
}
