import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ServiceFailure } from '../contract.js';
import { isErrno, readJson, writeJson } from '../state/jsonFile.js';
import { readFully, slices } from './content.js';
import { compareKeys, lowerBound } from './keyOrder.js';
import type {
  BucketRecord,
  ContentPart,
  ObjectRecord,
  PartRecord,
  UploadRecord,
} from './records.js';

interface Upload {
  readonly record: UploadRecord;
  readonly parts: Map<number, PartRecord>;
  /** Set while it is completed or aborted, so that only one of both happens. */
  closing: boolean;
}

/** File names come from hashes: keys may hold anything, and Windows takes little of it. */
const fileOfKey = (key: string) => `${createHash('sha256').update(key).digest('hex')}.json`;

/**
 * One bucket on disk: `objects/` holds a record for each key, `uploads/` the unfinished multipart
 * uploads, `data/` the bytes, in files that never change. The index is in memory.
 */
export class Bucket {
  readonly #objects = new Map<string, ObjectRecord>();
  readonly #uploads = new Map<string, Upload>();
  /** Keys in listing order. */
  readonly #keys: string[] = [];
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  private constructor(
    readonly record: BucketRecord,
    private readonly folder: string,
  ) {}

  static async open(record: BucketRecord, folder: string): Promise<Bucket> {
    const bucket = new Bucket(record, folder);
    for (const name of ['objects', 'uploads', 'data']) {
      await mkdir(path.join(folder, name), { recursive: true, mode: 0o700 });
    }
    await bucket.#load();
    return bucket;
  }

  get dataFolder(): string {
    return path.join(this.folder, 'data');
  }

  get isEmpty(): boolean {
    return this.#objects.size === 0;
  }

  get keys(): readonly string[] {
    return this.#keys;
  }

  object(key: string): ObjectRecord | undefined {
    return this.#objects.get(key);
  }

  /** @throws ServiceFailure `NoSuchKey` */
  requireObject(key: string): ObjectRecord {
    const record = this.object(key);
    if (record === undefined) {
      throw new ServiceFailure('NoSuchKey', 'The specified key does not exist.', 404);
    }
    return record;
  }

  /**
   * Puts an object in place of what the key names. `check` runs with what is there when nobody else
   * can change it any more, so that of two conditional writes only one succeeds.
   */
  async put(
    record: ObjectRecord,
    check: (existing: ObjectRecord | undefined) => void,
  ): Promise<void> {
    await this.#inTurn(record.key, async () => {
      const existing = this.#objects.get(record.key);
      check(existing);
      await writeJson(this.#objectFile(record.key), record);
      this.#index(record);
      if (existing !== undefined) await this.#removeContent(existing.parts);
    });
  }

  async remove(key: string, check: (existing: ObjectRecord | undefined) => void): Promise<void> {
    await this.#inTurn(key, async () => {
      const existing = this.#objects.get(key);
      check(existing);
      if (existing === undefined) return;
      await rm(this.#objectFile(key), { force: true });
      this.#objects.delete(key);
      const at = lowerBound(this.#keys, key);
      if (this.#keys[at] === key) this.#keys.splice(at, 1);
      await this.#removeContent(existing.parts);
    });
  }

  /**
   * Keeps an object's files, even when it is deleted or overwritten, until the returned function is
   * called (once).
   */
  hold(record: ObjectRecord): () => Promise<void> {
    for (const { file } of record.parts) {
      this.#readers.set(file, (this.#readers.get(file) ?? 0) + 1);
    }
    return async () => {
      for (const { file } of record.parts) {
        const left = (this.#readers.get(file) ?? 1) - 1;
        if (left > 0) this.#readers.set(file, left);
        else this.#readers.delete(file);
        if (left === 0 && this.#doomed.delete(file)) await this.removeFile(file);
      }
    };
  }

  /** Bytes `offset` to `offset + length` of an object; shorter at its end. */
  async read(record: ObjectRecord, offset: number, length: number): Promise<Buffer> {
    const end = Math.min(record.size, offset + length);
    const bytes = Buffer.allocUnsafe(Math.max(0, end - offset));
    const release = this.hold(record);
    try {
      let filled = 0;
      for (const slice of slices(record.parts, offset, end)) {
        const handle = await open(path.join(this.dataFolder, slice.file), 'r');
        try {
          await readFully(handle, bytes.subarray(filled, filled + slice.length), slice.offset);
        } finally {
          await handle.close();
        }
        filled += slice.length;
      }
    } finally {
      await release();
    }
    return bytes;
  }

  get uploads(): UploadRecord[] {
    return [...this.#uploads.values()]
      .map((upload) => upload.record)
      .sort((a, b) => compareKeys(a.key, b.key) || (a.initiated < b.initiated ? -1 : 1));
  }

  async createUpload(record: Omit<UploadRecord, 'id'>): Promise<UploadRecord> {
    // No form with dashes: one that begins with a dash reads as an option on a command line.
    const upload: UploadRecord = { ...record, id: randomBytes(48).toString('hex') };
    await mkdir(this.#uploadFolder(upload.id), { recursive: true, mode: 0o700 });
    await writeJson(path.join(this.#uploadFolder(upload.id), 'upload.json'), upload);
    this.#uploads.set(upload.id, { record: upload, parts: new Map(), closing: false });
    return upload;
  }

  /** @throws ServiceFailure `NoSuchUpload` */
  upload(id: string, key: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.record.key !== key || upload.closing) {
      throw new ServiceFailure(
        'NoSuchUpload',
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have ' +
          'been aborted or completed.',
        404,
      );
    }
    return upload;
  }

  /** Adds a part, or puts it in place of one with the same number. */
  async putPart(id: string, key: string, part: PartRecord): Promise<void> {
    await this.#inTurn(`${id}/${String(part.partNumber)}`, async () => {
      const upload = this.upload(id, key);
      const existing = upload.parts.get(part.partNumber);
      await writeJson(this.#partFile(id, part.partNumber), part);
      // An abort may have come during the write; then the part has nowhere to go.
      if (upload.closing) {
        await rm(this.#partFile(id, part.partNumber), { force: true });
        this.upload(id, key);
      }
      upload.parts.set(part.partNumber, part);
      if (existing !== undefined) await this.removeFile(existing.file);
    });
  }

  /** Makes an object of parts of an upload, in place, without moving a byte. */
  async completeUpload(
    id: string,
    record: ObjectRecord,
    check: (existing: ObjectRecord | undefined) => void,
  ): Promise<void> {
    const upload = this.upload(id, record.key);
    upload.closing = true;
    try {
      await this.put(record, check);
    } catch (error) {
      upload.closing = false;
      throw error;
    }
    await this.#forgetUpload(upload, new Set(record.parts.map((part) => part.file)));
  }

  async abortUpload(id: string, key: string): Promise<void> {
    const upload = this.upload(id, key);
    upload.closing = true;
    await this.#forgetUpload(upload, new Set());
  }

  /** Removes a file of content, or marks it to be removed when its last reader is done. */
  async removeFile(file: string): Promise<void> {
    if (this.#readers.has(file)) this.#doomed.add(file);
    else await rm(path.join(this.dataFolder, file), { force: true });
  }

  /** Removes everything from disk. */
  async destroy(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #forgetUpload(upload: Upload, keep: ReadonlySet<string>): Promise<void> {
    this.#uploads.delete(upload.record.id);
    await rm(this.#uploadFolder(upload.record.id), { recursive: true, force: true });
    for (const { file } of upload.parts.values()) {
      if (!keep.has(file)) await this.removeFile(file);
    }
  }

  async #removeContent(parts: readonly ContentPart[]): Promise<void> {
    for (const part of parts) await this.removeFile(part.file);
  }

  #index(record: ObjectRecord): void {
    if (!this.#objects.has(record.key)) {
      this.#keys.splice(lowerBound(this.#keys, record.key), 0, record.key);
    }
    this.#objects.set(record.key, record);
  }

  /** One after another for the same name; different names do not wait for each other. */
  async #inTurn<T>(name: string, action: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(name) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(action);
    this.#queues.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#queues.get(name) === turn) this.#queues.delete(name);
    }
  }

  /** Reads the index, and clears away what a crash has left: half-done completions and stray files. */
  async #load(): Promise<void> {
    const used = new Set<string>();
    const completed = new Set<string>();
    for (const record of await records<ObjectRecord>(path.join(this.folder, 'objects'))) {
      this.#objects.set(record.key, record);
      this.#keys.push(record.key);
      for (const part of record.parts) used.add(part.file);
      if (record.uploadId !== undefined) completed.add(record.uploadId);
    }
    this.#keys.sort(compareKeys);

    for (const id of await readdir(path.join(this.folder, 'uploads'))) {
      const folder = this.#uploadFolder(id);
      const record = (await readJson(path.join(folder, 'upload.json'))) as UploadRecord | undefined;
      if (record === undefined || completed.has(id)) {
        await rm(folder, { recursive: true, force: true });
        continue;
      }
      const parts = (await records<PartRecord>(folder)).filter((part) => 'partNumber' in part);
      for (const part of parts) used.add(part.file);
      this.#uploads.set(id, {
        record,
        parts: new Map(parts.map((part) => [part.partNumber, part])),
        closing: false,
      });
    }
    for (const file of await readdir(this.dataFolder)) {
      if (!used.has(file)) await rm(path.join(this.dataFolder, file), { force: true });
    }
  }

  #objectFile(key: string): string {
    return path.join(this.folder, 'objects', fileOfKey(key));
  }

  #uploadFolder(id: string): string {
    return path.join(this.folder, 'uploads', id);
  }

  #partFile(id: string, partNumber: number): string {
    return path.join(this.#uploadFolder(id), `${String(partNumber)}.json`);
  }
}

/** Every JSON file of a folder; files half-written when a process died are removed. */
async function records<T>(folder: string): Promise<T[]> {
  const found: T[] = [];
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (name.endsWith('.tmp')) await rm(file, { force: true });
    else if (name.endsWith('.json')) {
      try {
        found.push((await readJson(file)) as T);
      } catch (error) {
        if (!isErrno(error, 'ENOENT')) throw error;
      }
    }
  }
  return found;
}
