import type { BigIntStats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { fileSource } from '../backupFile/fileSource.js';
import { looksLikeBackup } from '../backupFile/looksLikeBackup.js';
import { EngineError } from '../errors.js';

/** As much of the beginning as tells a backup from another file, and serves for the proof. */
export const headBytes = 4096;

/** A file opened for upload, and what identifies it while it is being read. */
export interface SourceFile extends AsyncDisposable {
  readonly path: string;
  readonly fd: number;
  readonly size: number;
  /** The first bytes, {@link headBytes} at most. */
  readonly head: Buffer;
  /** @throws EngineError `transfer/file-changed` when it is no longer the file that was opened */
  assertUnchanged(): Promise<void>;
}

/**
 * Opens a backup file for upload.
 * @param force take a file that is not a SQL Server backup too
 * @throws EngineError `transfer/not-a-backup`, and `backupFile/…` for a file that is missing, empty,
 *   not readable or not a file at all
 */
export async function openSourceFile(path: string, force: boolean): Promise<SourceFile> {
  const head = await readHead(path);
  if (!force && !looksLikeBackup(head)) {
    throw new EngineError(
      'transfer/not-a-backup',
      `${path} is not a SQL Server backup: it does not begin like one. RDS could not restore it. ` +
        'Insist (force) to upload it all the same.',
    );
  }
  const handle = await open(path, 'r');
  try {
    const before = await handle.stat({ bigint: true });
    return {
      path,
      fd: handle.fd,
      size: Number(before.size),
      head,
      assertUnchanged: () => assertUnchanged(path, handle, before),
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readHead(path: string): Promise<Buffer> {
  await using source = await fileSource(path);
  return await source.read(0, headBytes);
}

async function assertUnchanged(
  path: string,
  handle: FileHandle,
  before: BigIntStats,
): Promise<void> {
  let now: BigIntStats[];
  try {
    // The open file tells of writes to it; the path tells of a file put in its place.
    now = await Promise.all([handle.stat({ bigint: true }), stat(path, { bigint: true })]);
  } catch (error) {
    throw fileChanged(path, 'it was removed', error);
  }
  for (const { size, mtimeNs, ino } of now) {
    if (size !== before.size) {
      throw fileChanged(path, `its size went from ${before.size} to ${size} bytes`);
    }
    if (mtimeNs !== before.mtimeNs || ino !== before.ino) {
      throw fileChanged(path, 'it was written to or replaced');
    }
  }
}

export function fileChanged(path: string, how: string, cause?: unknown): EngineError {
  return new EngineError(
    'transfer/file-changed',
    `${path} changed while it was being uploaded: ${how}. Nothing was left in S3. ` +
      'Wait until the backup has finished, then upload it again.',
    { cause },
  );
}
