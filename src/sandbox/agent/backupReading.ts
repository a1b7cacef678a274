import type {
  BackupHeader,
  BackupSet,
  MediaHeader,
  WarningCode,
} from '../../core/backupFile/backupHeader.js';
import { readBackupHeader } from '../../core/backupFile/readBackupHeader.js';
import { EngineError } from '../../core/errors.js';
import {
  certificateMissing,
  endOfFile,
  familyTwice,
  filesBeyond,
  filesMissing,
  incompleteSet,
  mediaFamilyMalformed,
  otherMediaSet,
  passwordFailure,
} from './engineMessages.js';
import type { ObjectReader } from './objectReader.js';
import { exceptionFailure } from './taskFailure.js';

/** One file of the backup as SQL Server would see it. */
export interface BackupPart {
  readonly device: string;
  readonly header: BackupHeader;
}

/** RESTORE LABELONLY and HEADERONLY of one file. @throws TaskFailure in SQL Server's words */
export async function readPart(
  reader: ObjectReader,
  device: string,
  signal: AbortSignal,
): Promise<BackupPart> {
  const source = await reader.source();
  if (source.size === 0) throw endOfFile();
  let header: BackupHeader;
  try {
    header = await readBackupHeader(source, { signal });
  } catch (error) {
    if (!(error instanceof EngineError) || signal.aborted) throw error;
    throw error.code === 'backupFile/cut-short'
      ? incompleteSet(device)
      : mediaFamilyMalformed(device);
  }
  const warned = (code: WarningCode) => header.warnings.some((warning) => warning.code === code);
  if (header.encrypted || warned('probably-tde')) throw certificateMissing();
  if (header.media?.hasMediaPassword || header.sets[0]?.hasSetPassword) throw passwordFailure();
  // SQL Server does not look at what follows the last backup set.
  if (header.complete === false && !warned('trailing-bytes')) throw incompleteSet(device);
  return { device, header };
}

/** The files must be exactly the stripes of one backup. Returns its first backup set. */
export function oneBackup(parts: readonly BackupPart[]): BackupSet {
  const media = parts.map(({ header }) => header.media);
  const first = media[0];
  const set = parts[0]?.header.sets[0];
  if (!first || !set) {
    throw exceptionFailure(
      'The sandbox cannot read the header of this backup, which is compressed in a form it does not know.',
    );
  }
  checkStripes(parts, first);
  return set;
}

function checkStripes(parts: readonly BackupPart[], first: MediaHeader): void {
  const seen = new Map<number, string>();
  for (const { device, header } of parts) {
    const { media } = header;
    if (!media) continue;
    if (media.mediaSetId !== first.mediaSetId) {
      throw media.familyCount < parts.length
        ? filesBeyond(device, media.familyCount, parts.length)
        : otherMediaSet(device);
    }
    if (media.familyCount < parts.length) {
      throw filesBeyond(device, media.familyCount, parts.length);
    }
    const other = seen.get(media.familySequenceNumber);
    if (other !== undefined) throw familyTwice(device, media.familySequenceNumber, other);
    seen.set(media.familySequenceNumber, device);
  }
  if (first.familyCount > parts.length) throw filesMissing(first.familyCount, parts.length);
}
