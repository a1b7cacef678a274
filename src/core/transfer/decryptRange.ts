import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfCancelled } from '../errors.js';
import type { CipherThread } from './cipherThread.js';
import { openRange, type PinnedObject } from './rangedGet.js';
import { retry, type RetryPolicy } from './retry.js';
import { StallGuard } from './stallGuard.js';
import type { RangeStart } from './workerProtocol.js';

/** Handed to the cipher thread at a time. */
const handOverBytes = 256 * 1024;
/**
 * After this much the other connections, and whoever else lives in this process, get their turn: a
 * fast network could keep the thread busy for a long time otherwise.
 */
const turnBytes = 128 * 1024;

export interface RangeOptions {
  readonly object: PinnedObject;
  readonly thread: CipherThread;
  /** The file that the thread writes the plaintext to. */
  readonly fd: number;
  readonly signal: AbortSignal;
  readonly policy: RetryPolicy;
  readonly stallMs: number;
  /** Told of plaintext that is in the file. */
  readonly onWritten: (position: number, bytes: number) => void;
}

/** A run of ciphertext `start` to `end` (exclusive). */
export interface CipherRange {
  /** Tells the ranges of an object apart. */
  readonly id: number;
  readonly start: number;
  readonly end: number;
  /** Bytes wanted of what precedes it: for CBC the block before, which is its IV. */
  readonly lead: number;
  readonly decipher: (before: Buffer) => RangeStart;
}

/**
 * Fetches one range and has it decrypted into the file as it comes. A connection that breaks is taken
 * up again at the byte where it broke.
 * @throws SDK errors, CipherTaskError
 */
export async function decryptRange(o: RangeOptions, range: CipherRange): Promise<void> {
  const stream = new RangeDecryption(o, range);
  await retry(
    async () => {
      using guard = new StallGuard(o.signal, o.stallMs);
      await guard.run(async (options) => {
        const body = await openRange(o.object, stream.next, range.end, options);
        let untilTurn = turnBytes;
        for await (const chunk of body as AsyncIterable<Buffer>) {
          guard.touch();
          await stream.push(chunk);
          untilTurn -= chunk.length;
          if (untilTurn <= 0) {
            untilTurn = turnBytes;
            await nextTurn();
          }
        }
      });
      throwIfCancelled(o.signal);
      if (stream.next < range.end) throw endedEarly();
    },
    { signal: o.signal, policy: o.policy },
  );
  await stream.finish();
}

/** State of one range: what has been taken in, and what is on its way into the file. */
class RangeDecryption {
  /** First ciphertext byte that has not been taken in. */
  next: number;
  #before: Buffer[] = [];
  #start: RangeStart | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #written: number;
  #decrypting: Promise<void> = Promise.resolve();

  constructor(
    private readonly o: RangeOptions,
    private readonly range: CipherRange,
  ) {
    this.next = range.start - range.lead;
    this.#written = range.start;
    if (range.lead === 0) this.#start = range.decipher(Buffer.alloc(0));
  }

  /** Takes in the next ciphertext; waits when more comes than can be decrypted. */
  async push(chunk: Buffer): Promise<void> {
    const ciphertext = chunk.subarray(this.#takeLead(chunk));
    this.next += chunk.length;
    if (ciphertext.length === 0) return;
    this.#chunks.push(ciphertext);
    this.#bytes += ciphertext.length;
    if (this.#bytes >= handOverBytes) await this.#handOver(false);
  }

  /** The end of the range has been taken in. */
  async finish(): Promise<void> {
    await this.#handOver(true);
    await this.#decrypting;
  }

  #takeLead(chunk: Buffer): number {
    const missing = this.range.start - this.next;
    if (missing <= 0) return 0;
    const lead = chunk.subarray(0, missing);
    this.#before.push(lead);
    if (lead.length === missing) {
      this.#start = this.range.decipher(Buffer.concat(this.#before));
      this.#before = [];
    }
    return lead.length;
  }

  /** Hands over what has come, when what was handed over before is done. */
  async #handOver(end: boolean): Promise<void> {
    await this.#decrypting;
    this.#decrypting = this.#decrypt(end);
    // Told by whoever waits for it next.
    this.#decrypting.catch(() => undefined);
    this.#chunks = [];
    this.#bytes = 0;
    this.#start = undefined;
  }

  async #decrypt(end: boolean): Promise<void> {
    const { thread, fd, onWritten } = this.o;
    const { plaintextBytes } = await thread.decrypt({
      fd,
      end,
      range: this.range.id,
      start: this.#start,
      chunks: this.#chunks,
    });
    onWritten(this.#written, plaintextBytes);
    this.#written += plaintextBytes;
  }
}

function endedEarly(): Error {
  return Object.assign(new Error('The response ended early'), { code: 'ECONNRESET' });
}
