import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { ByteSource } from '../byteSource.js';
import { EngineError } from '../errors.js';

export interface FileSource extends ByteSource, AsyncDisposable {
  /** Absolute path. */
  readonly path: string;
  /** Last modification in milliseconds since 1970, when it was opened. */
  readonly modifiedMs: number;
}

/**
 * Opens a file for random access; dispose it when done. Drive letters, UNC shares and paths beyond 260
 * characters work as they are: Node gives Windows the extended form.
 * @throws {EngineError} `backupFile/not-found`, `backupFile/is-folder`, `backupFile/not-a-file`,
 *   `backupFile/no-permission`, `backupFile/in-use`, `backupFile/empty`, `backupFile/unreadable`
 */
export async function fileSource(file: string): Promise<FileSource> {
  const absolute = path.resolve(file);
  // Looked at before opening: opening a named pipe would wait for its other end.
  const kind = await stat(absolute).catch((error: unknown) => {
    throw fileError(absolute, error);
  });
  if (kind.isDirectory())
    throw new EngineError(
      'backupFile/is-folder',
      `${absolute} is a folder. Name a backup file in it.`,
    );
  if (!kind.isFile())
    throw new EngineError('backupFile/not-a-file', `${absolute} is not a regular file.`);

  const handle = await open(absolute, 'r').catch((error: unknown) => {
    throw fileError(absolute, error);
  });
  try {
    const { size, mtimeMs } = await handle.stat();
    if (size === 0)
      throw new EngineError('backupFile/empty', `${absolute} is empty: it holds no backup.`);
    return new OpenFile(absolute, size, mtimeMs, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

class OpenFile implements FileSource {
  constructor(
    readonly path: string,
    readonly size: number,
    readonly modifiedMs: number,
    private readonly handle: FileHandle,
  ) {}

  async read(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const bytes = Buffer.allocUnsafe(wanted);
    let have = 0;
    while (have < wanted) {
      const { bytesRead } = await this.handle
        .read(bytes, have, wanted - have, offset + have)
        .catch((error: unknown) => {
          throw fileError(this.path, error);
        });
      if (bytesRead === 0)
        throw new EngineError(
          'backupFile/changed',
          `${this.path} became shorter while it was read. Wait until the backup has finished.`,
        );
      have += bytesRead;
    }
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }
}

/** System errors as sentences, with the code of `ErrnoException` kept in the details. */
const sentences: Readonly<Record<string, readonly [code: string, sentence: string]>> = {
  ENOENT: ['not-found', 'does not exist. Check the path, and that the share is reachable'],
  ENOTDIR: ['not-found', 'does not exist: a part of its path is not a folder'],
  EACCES: ['no-permission', 'may not be read by this user'],
  EPERM: ['no-permission', 'may not be read by this user'],
  EBUSY: ['in-use', 'is in use by another program. Wait until the backup has finished'],
  EISDIR: ['is-folder', 'is a folder. Name a backup file in it'],
};

function fileError(file: string, error: unknown): EngineError {
  const systemCode = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const [code, sentence] = sentences[systemCode] ?? [
    'unreadable',
    `could not be read (${systemCode}). Check the disk or the connection to the share`,
  ];
  return new EngineError(`backupFile/${code}`, `${file} ${sentence}.`, {
    cause: error,
    details: { file, systemCode },
  });
}
