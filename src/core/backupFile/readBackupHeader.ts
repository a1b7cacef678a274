import type { ByteSource } from '../byteSource.js';
import { EngineError } from '../errors.js';
import type { BackupHeader, BackupWarning, MediaHeader } from './backupHeader.js';
import { setsByIndex, setsByWalk, type FoundSets } from './backupSets.js';
import { BoundedReader, firstReadLength } from './boundedReader.js';
import type { Container } from './container.js';
import type { FoundSet } from './foundSet.js';
import { legacyContainer } from './legacyContainer.js';
import { compressedMagic, looksLikeBackup } from './looksLikeBackup.js';
import { readMedia, sqlServerVendorId } from './media.js';
import { notABackup } from './notABackup.js';
import { plainContainer } from './plainContainer.js';
import { recordContainer } from './recordContainer.js';
import { pagesLookEncrypted } from './tdeHints.js';
import { toBackupSet } from './toBackupSet.js';
import { Unreadable } from './unreadable.js';
import {
  encryptedWarning,
  mediaWarnings,
  probablyTdeWarning,
  readingWarnings,
  setWarnings,
  unreadableWarning,
} from './warnings.js';
import { WorkBudget } from './workBudget.js';

/** Flags of the MSSQLBAK file header, at 12. */
const containerFlags = { compressed: 0x2, encrypted: 0x4, tde: 0x28 } as const;
const containerHeaderLength = 16;
/** SQL Server 2005: the first whose description this reader knows. */
const oldestMajorVersion = 9;

/**
 * Reads what `RESTORE LABELONLY`, `HEADERONLY` and `FILELISTONLY` would say, from the file alone. A
 * one-set backup costs two or three reads of 64 to 128 KiB, however large it is. Memory stays below a
 * few MiB plus the file list, and the work is bounded whatever the file holds.
 * @throws {EngineError} `backupFile/empty`, `backupFile/not-a-backup` (says what it is instead),
 *   `backupFile/cut-short`, `backupFile/damaged`, `backupFile/limit`, `backupFile/too-old`,
 *   `cancelled`; the source's own errors
 */
export async function readBackupHeader(
  source: ByteSource,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<BackupHeader> {
  if (source.size === 0)
    throw new EngineError('backupFile/empty', 'The file is empty: it holds no backup.');
  const reader = new BoundedReader(source, new WorkBudget(), options.signal);
  try {
    const first = await reader.readUpTo(0, firstReadLength);
    if (!looksLikeBackup(first)) throw notABackup(first, source.size);
    return first.toString('latin1', 0, compressedMagic.length) === compressedMagic
      ? await readPackedFile(reader, first)
      : await readPlainFile(reader, first);
  } catch (error) {
    throw error instanceof Unreadable ? unreadableFile(error) : error;
  }
}

async function readPlainFile(reader: BoundedReader, first: Buffer): Promise<BackupHeader> {
  const container = plainContainer(reader);
  const media = await readMedia(container.whole(), reader.budget);
  const found = await findSets(reader, container, media);
  const flags = { container: 'MTF', compressed: false, encrypted: false } as const;
  return assemble(reader, flags, media, found, pagesLookEncrypted(first));
}

async function readPackedFile(reader: BoundedReader, first: Buffer): Promise<BackupHeader> {
  if (first.length < containerHeaderLength)
    throw new Unreadable('cut', 'the file ends inside its file header');
  const bits = first.readUInt32LE(12);
  const compressed = (bits & containerFlags.compressed) !== 0;
  const encrypted = (bits & containerFlags.encrypted) !== 0;
  const flags = { container: 'MSSQLBAK', compressed, encrypted } as const;
  const closed = { ...flags, fileSize: reader.size, complete: null, media: null, sets: [] };
  if (encrypted) return { ...closed, warnings: [encryptedWarning] };
  try {
    const container =
      first.readUInt32LE(8) === 1 ? await legacyContainer(reader) : recordContainer(reader);
    const media = await readMedia(container.whole(), reader.budget);
    const found = await findSets(reader, container, media);
    return assemble(reader, flags, media, found, (bits & containerFlags.tde) !== 0);
  } catch (error) {
    if (error instanceof Unreadable && error.reason === 'compression')
      return { ...closed, warnings: [unreadableWarning] };
    throw error;
  }
}

/** By the index where it holds, else by the walk; whichever found more. */
async function findSets(
  reader: BoundedReader,
  container: Container,
  media: MediaHeader,
): Promise<FoundSets> {
  const byIndex = await setsByIndex(reader, container, media);
  const whole = byIndex.sets.every((set) => set.head !== undefined && set.final !== undefined);
  if (byIndex.complete && byIndex.lost === 0 && whole) return byIndex;
  const byWalk = await setsByWalk(reader, container);
  const readable = (found: FoundSets) =>
    found.sets.reduce((n, { head, final }) => n + (head ? 1 : 0) + (final ? 1 : 0), 0);
  return readable(byIndex) > readable(byWalk) ? byIndex : byWalk;
}

function assemble(
  reader: BoundedReader,
  flags: Pick<BackupHeader, 'container' | 'compressed' | 'encrypted'>,
  media: MediaHeader,
  found: FoundSets,
  tdeFlag: boolean,
): BackupHeader {
  const own = found.sets.filter(({ start }) => start.vendorId === sqlServerVendorId);
  const sets = own.map(toBackupSet);
  const warnings: BackupWarning[] = [...mediaWarnings(media), ...readingWarnings(found)];
  for (const [i, set] of sets.entries()) {
    const foundSet = own[i];
    if (foundSet !== undefined) warnings.push(...setWarnings(foundSet, set));
  }
  const foreign = found.sets.length - own.length;
  if (foreign > 0)
    warnings.push({
      code: 'foreign-set',
      message: `${foreign} data sets in this file were not written by SQL Server and are left out.`,
    });
  if (tdeFlag || own.some(({ head, final }) => (head ?? final)?.hasTdeKey))
    warnings.push(probablyTdeWarning);

  const readable = sets.filter((set) => set !== undefined);
  if (readable.length === 0 && found.stopped?.reason !== 'compression')
    throw nothingReadable(own, found);
  const { complete } = found;
  const fileSize = reader.size;
  return { ...flags, fileSize, complete, media, sets: readable, warnings };
}

function nothingReadable(sets: readonly FoundSet[], { stopped }: FoundSets): Error {
  if (sets.some(({ start }) => start.softwareMajorVersion < oldestMajorVersion))
    return new EngineError(
      'backupFile/too-old',
      'The backup was made by SQL Server 2000 or older. No SQL Server of today restores it: go by way of SQL Server 2005 or 2008.',
    );
  return stopped ?? new Unreadable('damaged', 'it holds no readable backup set');
}

function unreadableFile(error: Unreadable): EngineError {
  const cause = { cause: error };
  switch (error.reason) {
    case 'cut':
      return new EngineError(
        'backupFile/cut-short',
        `The file begins like a SQL Server backup but is cut short (${error.message}). Copy it again and compare its size with the original.`,
        cause,
      );
    case 'limit':
      return new EngineError(
        'backupFile/limit',
        `The file begins like a SQL Server backup, but reading its description takes ${error.message}, which no real backup needs: it is damaged.`,
        cause,
      );
    case 'damaged':
    case 'compression':
      return new EngineError(
        'backupFile/damaged',
        `The file begins like a SQL Server backup but is damaged: ${error.message}. Copy it again, or take the backup again.`,
        cause,
      );
  }
}
