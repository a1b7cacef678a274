import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../errors.js';
import { addTimings, noTimings } from './stopwatch.js';
import type {
  Answers,
  Command,
  Decrypted,
  DecryptTask,
  Encrypted,
  EncryptTask,
  Hashed,
  HashTask,
  Reply,
  Task,
  TaskFailure,
  Timings,
} from './workerProtocol.js';

/** How long a thread may take to zero its key before it is ended anyway. */
const stopMs = 2_000;

/** A task that failed in the thread; `code` as in {@link TaskFailure}. */
export class CipherTaskError extends Error {
  override readonly name = 'CipherTaskError';
  readonly code: string | undefined;

  constructor(failure: TaskFailure) {
    super(failure.message);
    this.code = failure.code;
  }
}

interface Waiting {
  readonly resolve: (answer: Answers[keyof Answers]) => void;
  readonly reject: (error: Error) => void;
}

type Of<K extends Task['kind']> = Omit<Extract<Task, { kind: K }>, 'kind'>;

/**
 * A thread that encrypts, decrypts or hashes; tasks run in the order in which they are asked for.
 * Whoever starts one must `stop` it.
 */
export class CipherThread {
  readonly #worker = new Worker(new URL('./cipherWorker.js', import.meta.url), { execArgv: [] });
  readonly #waiting = new Map<number, Waiting>();
  readonly #stopped: Promise<void>;
  #nextId = 1;
  #spent = noTimings;
  #dead: Error | undefined;

  /** @param key the content key; a copy is handed over and zeroed by the thread when it stops */
  constructor(key?: Uint8Array) {
    this.#stopped = new Promise((resolve) => {
      this.#worker.on('exit', resolve);
      this.#worker.on('message', (reply: Reply) => {
        if (reply.kind === 'stopped') resolve();
        else this.#receive(reply);
      });
    });
    this.#worker.on('error', (error) => {
      this.#die(error);
    });
    this.#worker.on('exit', () => {
      this.#die(new Error('it ended'));
    });
    if (key) {
      const copy = Uint8Array.from(key);
      this.#post({ kind: 'open', key: copy }, [copy.buffer]);
    }
  }

  /** Where the thread's time went so far. */
  get spent(): Timings {
    return this.#spent;
  }

  encrypt(task: Of<'encrypt'>): Promise<Encrypted> {
    return this.#ask<EncryptTask>({ kind: 'encrypt', ...task });
  }

  /** The chunks are moved to the thread, or copied where they share their memory with others. */
  decrypt(task: Of<'decrypt'>): Promise<Decrypted> {
    const chunks = task.chunks.map((chunk) =>
      ownsItsMemory(chunk) ? chunk : Uint8Array.from(chunk),
    );
    const memory = chunks.map(({ buffer }) => buffer as ArrayBuffer);
    return this.#ask<DecryptTask>({ ...task, kind: 'decrypt', chunks }, memory);
  }

  hash(task: Of<'hash'>): Promise<Hashed> {
    return this.#ask<HashTask>({ kind: 'hash', ...task });
  }

  /** Ends the thread, whatever it is doing, after it has zeroed its key. */
  async stop(): Promise<void> {
    if (this.#dead === undefined) {
      this.#post({ kind: 'stop' });
      const patience = new AbortController();
      await Promise.race([
        this.#stopped,
        sleep(stopMs, undefined, { signal: patience.signal }).catch(() => undefined),
      ]);
      patience.abort();
    }
    await this.#worker.terminate();
  }

  #ask<T extends Task>(task: T, transfer: ArrayBuffer[] = []): Promise<Answers[T['kind']]> {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      // The thread answers each task with the kind of answer that belongs to it.
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.#post({ id, task }, transfer);
    });
  }

  #post(command: Command, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(command, transfer);
  }

  #receive(reply: Exclude<Reply, { kind: 'stopped' }>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'failed') {
      waiting?.reject(new CipherTaskError(reply.failure));
    } else {
      this.#spent = addTimings(this.#spent, reply.spent);
      waiting?.resolve(reply.answer);
    }
  }

  #die(error: Error): void {
    this.#dead ??= new EngineError(
      'transfer/thread',
      `The cipher thread failed: ${error.message}`,
      {
        cause: error,
      },
    );
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }
}

/** What comes from a socket does, unless it came together with headers. */
function ownsItsMemory({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength;
}
