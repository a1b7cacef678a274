import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../errors.js';

/** A virus scanner or an indexer lets go of a file within a second or two; a person does not. */
const renameTries = 12;
const renameWaitMs = 250;

/**
 * A file that is written under another name beside its place, and takes its place at the end.
 * `dispose` removes it unless `keep` has succeeded.
 */
export interface TargetFile extends AsyncDisposable {
  readonly fd: number;
  /** Gives the finished file its name. @throws EngineError `transfer/target-…` */
  keep(): Promise<void>;
}

/**
 * Begins a file of up to `bytes` bytes that will be called `target`.
 * @throws EngineError `transfer/target-exists`, `transfer/target-folder`, `transfer/target-denied`,
 *   `transfer/disk-full`
 */
export async function createTargetFile(
  target: string,
  bytes: number,
  overwrite: boolean,
): Promise<TargetFile> {
  await refuseTarget(target, overwrite);
  const folder = path.dirname(path.resolve(target));
  await refuseFullDisk(folder, bytes);
  // A short name of its own: the target's may be as long as names can be.
  const temporary = path.join(folder, `.rds-backup-${randomBytes(6).toString('hex')}.part`);
  let handle: FileHandle;
  try {
    handle = await open(temporary, 'wx+');
  } catch (error) {
    throw targetError(error, target);
  }
  let kept = false;
  let closed = false;
  const close = async (): Promise<void> => {
    if (!closed) await handle.close();
    closed = true;
  };
  return {
    fd: handle.fd,
    async keep() {
      await close();
      await refuseTarget(target, overwrite);
      await replaceFile(temporary, target).catch((error: unknown) => {
        if (!isHeld(error)) throw targetError(error, target);
        // Hours of work must not be thrown away because a window is open somewhere.
        kept = true;
        throw new EngineError(
          'transfer/target-in-use',
          `${target} is held open by another program and cannot be replaced. The download is complete and lies in ` +
            `${temporary}: close the other program, then rename that file, or delete it.`,
          { cause: error, details: { temporary } },
        );
      });
      kept = true;
    },
    async [Symbol.asyncDispose]() {
      await close();
      if (!kept) await rm(temporary, { force: true, maxRetries: 5 });
    },
  };
}

/**
 * Renames over what may exist. On Windows that fails while any program has the target open.
 * @param renameFile for the tests
 */
export async function replaceFile(
  from: string,
  to: string,
  renameFile: typeof rename = rename,
  waitMs = renameWaitMs,
): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      await renameFile(from, to);
      return;
    } catch (error) {
      if (!isHeld(error) || tried === renameTries) throw error;
    }
    await sleep(waitMs);
  }
}

const isHeld = (error: unknown) =>
  ['EPERM', 'EBUSY', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');

async function refuseTarget(target: string, overwrite: boolean): Promise<void> {
  const existing = await stat(target).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw targetError(error, target);
  });
  if (existing?.isDirectory()) {
    throw new EngineError(
      'transfer/target-folder',
      `${target} is a folder. Name the file that the backup is to be written to.`,
    );
  }
  if (existing && !overwrite) {
    throw new EngineError(
      'transfer/target-exists',
      `${target} exists already. Choose another name, or insist (overwrite) to replace it.`,
    );
  }
}

async function refuseFullDisk(folder: string, bytes: number): Promise<void> {
  const disk = await statfs(folder).catch((error: unknown) => {
    throw targetError(error, folder);
  });
  const free = disk.bavail * disk.bsize;
  // Some network file systems say nothing of their size.
  if (disk.blocks > 0 && free < bytes) {
    throw new EngineError(
      'transfer/disk-full',
      `The disk of ${folder} has ${free} bytes free, and the backup needs ${bytes}. Make room, or choose another disk.`,
      { details: { free, needed: bytes } },
    );
  }
}

/** A failure of the file system to create or write the target. */
export function targetError(error: unknown, target: string): EngineError {
  if (error instanceof EngineError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const [name, sentence] = targetFailures[code] ?? [
    'target-failed',
    `${target} could not be written: ${message}`,
  ];
  return new EngineError(`transfer/${name}`, sentence.replace('{}', target), { cause: error });
}

const targetFailures: Readonly<Record<string, readonly [code: string, sentence: string]>> = {
  ENOENT: ['target-folder-missing', '{} cannot be written: its folder does not exist. Create it.'],
  ENOTDIR: ['target-folder-missing', '{} cannot be written: a part of its path is not a folder.'],
  EACCES: ['target-denied', 'No permission to write {}. Choose another folder.'],
  EPERM: ['target-denied', 'No permission to write {}. Choose another folder.'],
  EROFS: ['target-denied', '{} lies on a read-only file system. Choose another folder.'],
  ENOSPC: [
    'disk-full',
    'The disk is full, so {} was not written. Make room, or choose another disk.',
  ],
  EDQUOT: ['disk-full', 'The disk quota is used up, so {} was not written. Choose another disk.'],
  EFBIG: ['disk-full', 'The file system does not take files as large as {}. Choose another disk.'],
};
