import { EngineError } from '../errors.js';
import { CipherTaskError, CipherThread } from './cipherThread.js';
import { chunkedBody, slicedBody } from './streamedBody.js';
import type { MultipartUpload, Sendable, SendProgress } from './multipartUpload.js';
import { type Part, partOf, type PartPlan, streamChunkBytes } from './partPlan.js';
import { Pool, sharedBuffers } from './pool.js';
import { fileChanged, type SourceFile } from './sourceFile.js';
import { addTimings } from './stopwatch.js';
import { TaskGroup } from './taskGroup.js';
import { type Encrypted, fileEnded, type Timings } from './workerProtocol.js';

/** The threads are asked for this much at a time when nothing is kept. */
const scoutBytes = 8 * streamChunkBytes;

/** Where the time of an upload went; the thread's share and what the main thread waited for. */
export interface UploadTimings extends Timings {
  /** The cipher stood still because all buffers were still being sent. */
  readonly networkWaitS: number;
}

/** One upload's plaintext, plan and cipher. */
export class PartSender {
  readonly #threads: CipherThread[] = [];
  #networkWaitS = 0;

  constructor(
    private readonly file: SourceFile,
    private readonly plan: PartPlan,
    private readonly dataKey: Uint8Array,
    private readonly firstIv: Uint8Array,
  ) {}

  get timings(): UploadTimings {
    const spent = this.#threads.map((thread) => thread.spent).reduce(addTimings);
    return { ...spent, networkWaitS: this.#networkWaitS };
  }

  /** Ends the threads, which zero their keys. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  /** Encrypts the whole file as one part and has `put` send it. */
  async single<T>(put: (item: Sendable) => Promise<T>): Promise<T> {
    const part = partOf(this.plan, 1);
    const buffer = new SharedArrayBuffer(part.ciphertextBytes);
    const encrypted = await this.#encrypt(this.#thread(), part, this.firstIv, 0, buffer);
    return put(buffered(part, encrypted.crc, buffer));
  }

  /** Sends every part of the plan to `upload`; rejects when no request is running any more. */
  async all(
    upload: MultipartUpload,
    progress: () => SendProgress,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const group = new TaskGroup(signal);
    const send = (part: Part, item: Sendable): Promise<void> =>
      upload.sendPart(part.number, item, progress(), group.signal);
    try {
      await (this.plan.strategy === 'streamed'
        ? this.#sendStreamed(group, send)
        : this.#sendBuffered(group, send));
    } catch (error) {
      group.fail(error);
    }
    await group.join();
  }

  /** Encrypts into one buffer while the others are being sent. */
  async #sendBuffered(
    group: TaskGroup,
    send: (part: Part, item: Sendable) => Promise<void>,
  ): Promise<void> {
    const { partBytes, memoryBytes } = this.plan;
    const pool = new Pool(sharedBuffers(Math.floor(memoryBytes / partBytes), partBytes));
    const thread = this.#thread();
    let iv = this.firstIv;
    for (const part of this.#parts()) {
      const buffer = await pool.take();
      group.signal.throwIfAborted();
      const { crc, nextIv } = await this.#encrypt(thread, part, iv, 0, buffer);
      iv = nextIv;
      group.start(async () => {
        try {
          await send(part, buffered(part, crc, buffer));
        } finally {
          pool.give(buffer);
        }
      });
      this.#networkWaitS = pool.waitedS;
    }
  }

  /** One thread runs ahead for checksums and chain values; the other encrypts what is being sent. */
  async #sendStreamed(
    group: TaskGroup,
    send: (part: Part, item: Sendable) => Promise<void>,
  ): Promise<void> {
    const turns = new Pool(Array.from({ length: this.plan.concurrency }, (_, turn) => turn));
    const scout = this.#thread();
    const sender = this.#thread();
    let iv = this.firstIv;
    for (const part of this.#parts()) {
      const ahead = await this.#checksum(scout, part, iv, group.signal);
      const turn = await turns.take();
      group.signal.throwIfAborted();
      const chunks = () => this.#encryptedAgain(sender, part, ahead);
      group.start(async () => {
        try {
          await send(part, {
            ciphertextBytes: part.ciphertextBytes,
            crc: ahead.crc,
            body: (onSlice) => chunkedBody(chunks(), onSlice),
          });
        } finally {
          turns.give(turn);
        }
      });
      iv = ahead.nextIv;
      this.#networkWaitS = turns.waitedS;
    }
  }

  async #checksum(
    thread: CipherThread,
    part: Part,
    iv: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ iv: Uint8Array; crc: number; nextIv: Uint8Array }> {
    let state = { crc: 0, nextIv: iv };
    for (const piece of pieces(part, scoutBytes)) {
      signal.throwIfAborted();
      state = await this.#encrypt(thread, piece, state.nextIv, state.crc, 'none');
    }
    return { iv, ...state };
  }

  async *#encryptedAgain(
    thread: CipherThread,
    part: Part,
    ahead: { iv: Uint8Array; crc: number },
  ): AsyncGenerator<Buffer> {
    let iv = ahead.iv;
    let crc = 0;
    for (const piece of pieces(part, streamChunkBytes)) {
      const encrypted = await this.#encrypt(thread, piece, iv, crc, 'new');
      ({ nextIv: iv, crc } = encrypted);
      if (encrypted.chunk) yield Buffer.from(encrypted.chunk.buffer);
    }
    if (crc !== ahead.crc) throw fileChanged(this.file.path, 'its content is not what it was');
  }

  async #encrypt(
    thread: CipherThread,
    part: Part,
    iv: Uint8Array,
    crc: number,
    output: SharedArrayBuffer | 'new' | 'none',
  ): Promise<Encrypted> {
    const { offset, plaintextBytes: length, last } = part;
    try {
      return await thread.encrypt({ fd: this.file.fd, offset, length, last, iv, crc, output });
    } catch (error) {
      if (!(error instanceof CipherTaskError)) throw error;
      if (error.code === fileEnded) throw fileChanged(this.file.path, 'it became shorter', error);
      throw new EngineError(
        'transfer/file-unreadable',
        `${this.file.path} could not be read to its end (${error.message}). Check the disk, or the connection to the share.`,
        { cause: error },
      );
    }
  }

  *#parts(): Generator<Part> {
    for (let number = 1; number <= this.plan.partCount; number++) yield partOf(this.plan, number);
  }

  #thread(): CipherThread {
    const thread = new CipherThread(this.dataKey);
    this.#threads.push(thread);
    return thread;
  }
}

/** Cuts a part; a part of nothing but padding is one piece. */
function* pieces(part: Part, pieceBytes: number): Generator<Part> {
  for (let done = 0; ; done += pieceBytes) {
    const left = part.plaintextBytes - done;
    const last = part.last && left <= pieceBytes;
    yield {
      ...part,
      offset: part.offset + done,
      plaintextBytes: Math.min(left, pieceBytes),
      ciphertextBytes: last ? part.ciphertextBytes - done : Math.min(left, pieceBytes),
      last,
    };
    if (left <= pieceBytes) return;
  }
}

function buffered(part: Part, crc: number, buffer: SharedArrayBuffer): Sendable {
  const bytes = Buffer.from(buffer, 0, part.ciphertextBytes);
  return {
    ciphertextBytes: part.ciphertextBytes,
    crc,
    body: (onSlice) => slicedBody(bytes, onSlice),
  };
}
