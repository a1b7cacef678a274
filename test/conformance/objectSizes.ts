import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { seededRandom } from '../unit/backupFile/seededRandom.js';
import { type BackupFile, partBytes } from './backups.js';
import type { EncryptionScene } from './encryptionScene.js';

/** Sizes around everything that cuts an object: the cipher's block, one part, several parts. */
export const objectSizes: readonly number[] = [
  ...[0, 1, 15, 16, 17],
  ...[partBytes - 17, partBytes - 16, partBytes - 1, partBytes, partBytes + 1],
  ...[2 * partBytes - 1, 2 * partBytes, 2 * partBytes + 1],
];

/** A file of each of {@link objectSizes}, in their order. */
export async function writeEverySize(
  scene: Pick<EncryptionScene, 'inFolder'>,
): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  for (const size of objectSizes) {
    files.push(await writeBytes(scene.inFolder(`${size}.bin`), size));
  }
  return files;
}

/** A file of bytes without a pattern. */
export async function writeBytes(file: string, size: number): Promise<BackupFile> {
  const pattern = seededRandom(`${size} bytes`).bytes(Math.min(size, 65_521));
  const bytes = size === 0 ? Buffer.alloc(0) : Buffer.alloc(size, pattern);
  await writeFile(file, bytes);
  return { file, size, sha256: createHash('sha256').update(bytes).digest('hex') };
}
