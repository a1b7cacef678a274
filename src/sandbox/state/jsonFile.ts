import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../core/errors.js';

const ownerOnly = 0o600;

/** True for the Node error code `code` (`ENOENT`, `EEXIST`…). */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

/** Renames over an existing file. Windows refuses for a moment while a scanner holds the target open. */
export async function replaceFile(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const held = isErrno(error, 'EPERM') || isErrno(error, 'EACCES') || isErrno(error, 'EBUSY');
      if (!held || attempt === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * (attempt + 1)));
    }
  }
}

let temporaryNumber = 0;

/** Writes `value` so that a reader, now or after a crash, sees the old file or the new, never half. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.${String(process.pid)}-${String(++temporaryNumber)}.tmp`;
  try {
    const handle = await open(temporary, 'w', ownerOnly);
    try {
      await handle.writeFile(JSON.stringify(value));
    } finally {
      await handle.close();
    }
    await replaceFile(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Reads a JSON file; undefined when there is none. */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EngineError(
      'sandbox/state-damaged',
      `The sandbox's state file ${file} is not valid JSON. Start with --reset to begin anew.`,
      { cause: error },
    );
  }
}

/** A JSON document held in memory and written as a whole after each change. */
export class JsonDocument<T> {
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(
    private readonly file: string,
    readonly data: T,
  ) {}

  static async open<T>(file: string, initial: () => T): Promise<JsonDocument<T>> {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const stored = (await readJson(file)) as T | undefined;
    return new JsonDocument(file, stored ?? initial());
  }

  /** Resolves once what `data` holds now is on disk. Calls that come during a write share the next. */
  save(): Promise<void> {
    if (this.#writing === undefined) return this.#write();
    this.#next ??= this.#writing.catch(() => undefined).then(() => this.#write());
    return this.#next;
  }

  #write(): Promise<void> {
    this.#next = undefined;
    const writing = writeJson(this.file, this.data).finally(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#writing = writing;
    return writing;
  }

  /** Waits for writes under way, and for those that follow them. */
  async settled(): Promise<void> {
    for (let write = this.#next ?? this.#writing; write; write = this.#next ?? this.#writing) {
      await write.catch(() => undefined);
    }
  }
}
