import { blockBytes, tagBytes } from '../envelope/format.js';
import { CipherThread } from './cipherThread.js';
import { fetchPieces, type FetchOptions, type Piece } from './fetchPieces.js';
import { FileHash } from './fileHash.js';
import type { OpenedKey } from './objectEnvelope.js';
import { mebibyte } from './partPlan.js';
import { Pool, sharedBuffers } from './pool.js';
import type { OnProgress } from './progress.js';
import { ProgressMeter } from './progressMeter.js';
import type { PinnedObject } from './rangedGet.js';
import type { RetryPolicy } from './retry.js';
import { addTimings } from './stopwatch.js';
import { TaskGroup } from './taskGroup.js';
import type { Decrypted, Timings } from './workerProtocol.js';

/** Fetched by one request of the parallel download. */
const rangeBytes = 8 * mebibyte;
const parallelRanges = 8;
/** Decrypted and written at a time. */
const pieceBytes = mebibyte;
const pieceBuffers = 3 * parallelRanges;

/** Where the time of a download went: the threads' shares, and what the connections waited for. */
export interface DownloadTimings extends Timings {
  /** Connections stood still because all buffers were waiting to be decrypted. */
  readonly bufferWaitS: number;
}

export interface Written {
  readonly plaintextBytes: number;
  readonly sha256: string;
}

export interface DecryptionOptions {
  readonly object: PinnedObject;
  readonly key: OpenedKey;
  /** Open for reading and writing. */
  readonly fd: number;
  readonly expectedBytes: number;
  readonly policy: RetryPolicy;
  readonly stallMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: OnProgress | undefined;
}

/**
 * One object's way into one file: ranges are fetched by this thread, decrypted and written by a second,
 * and what has been written is read back and hashed by a third.
 */
export class Decryption {
  readonly #cipher: CipherThread;
  readonly #hash: FileHash;
  readonly #buffers = new Pool(sharedBuffers(pieceBuffers, pieceBytes));
  readonly #meter: ProgressMeter;
  #doneBytes = 0;

  constructor(private readonly o: DecryptionOptions) {
    this.#cipher = new CipherThread(o.key.key);
    this.#hash = new FileHash(o.fd);
    this.#meter = new ProgressMeter(o.expectedBytes, o.onProgress);
  }

  get timings(): DownloadTimings {
    return {
      ...addTimings(this.#cipher.spent, this.#hash.spent),
      bufferWaitS: this.#buffers.waitedS,
    };
  }

  /** Ends the threads, which zero the key. */
  async stop(): Promise<void> {
    await Promise.all([this.#cipher.stop(), this.#hash.stop()]);
  }

  /** Ranges in parallel, each piece for itself. @throws also CipherTaskError */
  async cbc(): Promise<Written> {
    const { object, key, fd } = this.o;
    const group = new TaskGroup(this.o.signal);
    const decrypt = ({ buffer, length, position, before }: Piece): void => {
      const last = position + length === object.size;
      const iv = position === 0 ? key.iv : before;
      const task = { fd, buffer, length, position, iv, last };
      this.#start(group, task, () => this.#cipher.decryptCbc(task));
    };
    const turns = new Pool(Array.from({ length: parallelRanges }, (_, turn) => turn));
    for (let start = 0; start < object.size && !group.signal.aborted; start += rangeBytes) {
      const turn = await turns.take();
      group.start(async () => {
        try {
          const end = Math.min(start + rangeBytes, object.size);
          await fetchPieces(this.#fetchOptions(group, blockBytes), start, end, decrypt);
        } finally {
          turns.give(turn);
        }
      });
    }
    await group.join();
    return this.#finish();
  }

  /** One stream in order, whose end is its authentication. @throws also CipherTaskError */
  async gcm(): Promise<Written> {
    const { object, key, fd } = this.o;
    const group = new TaskGroup(this.o.signal);
    const decrypt = ({ buffer, length, position }: Piece): void => {
      const task = {
        fd,
        buffer,
        length,
        // The decipher holds back what may be the tag.
        position: Math.max(0, position - tagBytes),
        start: position === 0 ? { iv: key.iv, aad: key.aad } : undefined,
        last: position + length === object.size,
      };
      this.#start(group, task, () => this.#cipher.decryptGcm(task));
    };
    group.start(() => fetchPieces(this.#fetchOptions(group, 0), 0, object.size, decrypt));
    await group.join();
    return this.#finish();
  }

  #start(
    group: TaskGroup,
    { buffer, position }: { buffer: SharedArrayBuffer; position: number },
    decrypt: () => Promise<Decrypted>,
  ): void {
    group.start(async () => {
      try {
        const { plaintextBytes } = await decrypt();
        this.#hash.written(position, plaintextBytes);
        this.#doneBytes += plaintextBytes;
        this.#meter.set(this.#doneBytes);
      } finally {
        this.#buffers.give(buffer);
      }
    });
  }

  async #finish(): Promise<Written> {
    const sha256 = await this.#hash.digest();
    this.#meter.finish();
    return { plaintextBytes: this.#doneBytes, sha256 };
  }

  #fetchOptions(group: TaskGroup, lead: number): FetchOptions {
    const { object, policy, stallMs } = this.o;
    return { object, policy, stallMs, lead, buffers: this.#buffers, signal: group.signal };
  }
}
