import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fixture } from '../support/paths.js';

const sample = fixture('backups', 'mssql2016-full-compressed-northwind.bak');
export const mebibyte = 1024 * 1024;
/** The smallest part that S3 allows. */
export const partBytes = 5 * mebibyte;

export interface BackupFile {
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
}

export async function sha256Of(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** A real backup: goes by one PutObject. */
export async function smallBackup(): Promise<BackupFile> {
  const bytes = await readFile(sample);
  return { file: sample, size: bytes.length, sha256: await sha256Of(sample) };
}

/** A file of `size` bytes that begins as a backup; more than one part, and no multiple of a block. */
export async function largeBackup(
  folder: string,
  size = 2 * partBytes + 54_321,
): Promise<BackupFile> {
  const bytes = await readFile(sample);
  const file = path.join(folder, 'large.bak');
  await writeFile(file, Buffer.alloc(size, bytes));
  return { file, size, sha256: await sha256Of(file) };
}
