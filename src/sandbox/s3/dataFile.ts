import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { type ChecksumAlgorithm, type ChecksumHash, createChecksum } from './checksum.js';

const batchBytes = 1 << 20;

export interface WrittenFile {
  /** Name in the bucket's data folder. */
  readonly file: string;
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  /** Hex; only when asked for. */
  readonly sha256: string | undefined;
  /** Base64; only when asked for. */
  readonly checksum: string | undefined;
}

/**
 * Takes the bytes of an object or part into a new file of the data folder, with their digests.
 * Bytes are written in batches while the next are being hashed.
 */
export class DataFileWriter {
  readonly #md5 = createHash('md5');
  readonly #sha256;
  readonly #checksum: ChecksumHash | undefined;
  #size = 0;
  #batch: Buffer[] = [];
  #batched = 0;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;

  private constructor(
    private readonly folder: string,
    private readonly file: string,
    private readonly handle: FileHandle,
    o: { sha256: boolean; checksum: ChecksumAlgorithm | undefined },
  ) {
    this.#sha256 = o.sha256 ? createHash('sha256') : undefined;
    this.#checksum = o.checksum === undefined ? undefined : createChecksum(o.checksum);
  }

  static async create(
    folder: string,
    o: { sha256: boolean; checksum: ChecksumAlgorithm | undefined },
  ): Promise<DataFileWriter> {
    const file = randomUUID();
    return new DataFileWriter(folder, file, await open(path.join(folder, file), 'wx', 0o600), o);
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves when the next piece may come. The piece must not be changed afterwards. */
  async write(piece: Buffer): Promise<void> {
    this.#size += piece.length;
    this.#batch.push(piece);
    this.#batched += piece.length;
    this.#md5.update(piece);
    this.#sha256?.update(piece);
    this.#checksum?.update(piece);
    if (this.#batched >= batchBytes) await this.#flush();
  }

  /** Starts writing the batch, once the one before it is written. */
  async #flush(): Promise<void> {
    await this.#settle();
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#batched = 0;
    this.#writing = writeAll(this.handle, batch).catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async #settle(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  async finish(): Promise<WrittenFile> {
    await this.#flush();
    await this.#settle();
    await this.handle.close();
    return {
      file: this.file,
      size: this.#size,
      md5: this.#md5.digest('hex'),
      sha256: this.#sha256?.digest('hex'),
      checksum: this.#checksum?.digest(),
    };
  }

  /** Closes and removes the file. */
  async discard(): Promise<void> {
    await this.#writing;
    await this.handle.close().catch(() => undefined);
    await rm(path.join(this.folder, this.file), { force: true });
  }
}

async function writeAll(handle: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  const wanted = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const { bytesWritten } = await handle.writev(pieces);
  if (bytesWritten === wanted) return;
  // A short write: the disk is nearly full, or a signal came. Go on with what is left.
  let rest = Buffer.concat(pieces).subarray(bytesWritten);
  while (rest.length > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
}
