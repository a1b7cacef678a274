import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContentDecipher } from '../envelope/contentDecipher.js';
import { throwIfCancelled } from '../errors.js';
import { mebibyte } from './partPlan.js';
import { openRange, type PinnedObject } from './rangedGet.js';
import { retry, type RetryPolicy } from './retry.js';
import { StallGuard } from './stallGuard.js';

/** Plaintext is written this much at a time. */
const writeBytes = mebibyte;
/**
 * After this much the other connections, and whoever else lives in this process, get their turn: a
 * fast network could keep the thread busy for a long time otherwise.
 */
const turnBytes = 128 * 1024;

export interface RangeOptions {
  readonly object: PinnedObject;
  readonly signal: AbortSignal;
  readonly policy: RetryPolicy;
  readonly stallMs: number;
  /** Writes plaintext to its place; one call at a time per range. */
  readonly write: (plaintext: Buffer[], position: number) => Promise<void>;
}

/** A run of ciphertext `start` to `end` (exclusive). */
export interface CipherRange {
  readonly start: number;
  readonly end: number;
  /** Bytes wanted of what precedes it: for CBC the block before, which is its IV. */
  readonly lead: number;
  readonly decipher: (before: Buffer) => ContentDecipher;
}

/**
 * Fetches one range, decrypts it as it comes and has it written. Decrypting on this thread costs no
 * more than handing the bytes to another one would. A connection that breaks is taken up again at the
 * byte where it broke.
 * @throws SDK and file system errors; EngineError `envelope/decrypt-failed`
 */
export async function decryptRange(o: RangeOptions, range: CipherRange): Promise<void> {
  const stream = new RangeDecryption(o, range);
  await retry(
    async () => {
      using guard = new StallGuard(o.signal, o.stallMs);
      await guard.run(async (signal) => {
        const body = await openRange(o.object, stream.next, range.end, signal);
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
  #position: number;
  #before: Buffer[] = [];
  #decipher: ContentDecipher | undefined;
  #plaintext: Buffer[] = [];
  #plaintextBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly o: RangeOptions,
    private readonly range: CipherRange,
  ) {
    this.next = range.start - range.lead;
    this.#position = range.start;
    if (range.lead === 0) this.#decipher = range.decipher(Buffer.alloc(0));
  }

  /** Takes in the next ciphertext; waits when more is decrypted than can be written. */
  async push(chunk: Buffer): Promise<void> {
    const ciphertext = chunk.subarray(this.#takeLead(chunk));
    this.next += chunk.length;
    if (!this.#decipher) return;
    this.#keep(this.#decipher.update(ciphertext));
    if (this.#plaintextBytes >= writeBytes) await this.#write();
  }

  async finish(): Promise<void> {
    if (this.#decipher) this.#keep(this.#decipher.final());
    await this.#write();
    await this.#writing;
  }

  #takeLead(chunk: Buffer): number {
    const missing = this.range.start - this.next;
    if (missing <= 0) return 0;
    const lead = chunk.subarray(0, missing);
    this.#before.push(lead);
    if (lead.length === missing) {
      this.#decipher = this.range.decipher(Buffer.concat(this.#before));
      this.#before = [];
    }
    return lead.length;
  }

  #keep(plaintext: Buffer): void {
    if (plaintext.length === 0) return;
    this.#plaintext.push(plaintext);
    this.#plaintextBytes += plaintext.length;
  }

  /** Starts a write when the one before is over. */
  async #write(): Promise<void> {
    await this.#writing;
    if (this.#plaintextBytes === 0) return;
    this.#writing = this.o.write(this.#plaintext, this.#position);
    // Told by whoever waits for it next.
    this.#writing.catch(() => undefined);
    this.#position += this.#plaintextBytes;
    this.#plaintext = [];
    this.#plaintextBytes = 0;
  }
}

function endedEarly(): Error {
  return Object.assign(new Error('The response ended early'), { code: 'ECONNRESET' });
}
