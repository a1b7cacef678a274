import { fileSource } from '../backupFile/fileSource.js';
import { readBackupHeader } from '../backupFile/readBackupHeader.js';
import type { Inspection } from './inspection.js';

/**
 * The header of a backup on this machine.
 * @throws EngineError `backupFile/…`; CancelledError
 */
export async function inspectFile(file: string, signal?: AbortSignal): Promise<Inspection> {
  await using source = await fileSource(file);
  return { location: file, header: await readBackupHeader(source, { signal }) };
}
