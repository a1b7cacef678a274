import type { BackupHeader, BackupSet } from '../backupFile/backupHeader.js';
import { collationName } from '../backupFile/collation.js';
import {
  backupTypeText,
  flagNames,
  lsnText,
  productAndVersion,
  productOfDatabaseVersion,
  withUtcOffset,
} from '../backupFile/describe.js';
import { type Fact, knownFacts } from './facts.js';
import { formatBytes, formatExactBytes } from './units.js';

/** What LABELONLY would say, and what kind of file it is. */
export function fileFacts(header: BackupHeader): Fact[] {
  const { container, compressed, encrypted, media, fileSize, complete } = header;
  const traits = [compressed ? 'compressed' : '', encrypted ? 'encrypted by SQL Server' : ''];
  const kind = container === 'MTF' ? 'SQL Server backup' : 'SQL Server backup (MSSQLBAK)';
  return knownFacts([
    ['Format', [kind, ...traits.filter(Boolean)].join(', ')],
    ['Size', formatExactBytes(fileSize)],
    ['Complete', complete === false ? 'no, the end is missing' : complete === true ? 'yes' : null],
    [
      'Media family',
      media === null
        ? null
        : `${media.familySequenceNumber} of ${media.familyCount} (${media.mediaFamilyId})`,
    ],
    ['Media set', media?.mediaSetId],
    ['Media name', media?.mediaName],
    ['Media description', media?.mediaDescription],
  ]);
}

/** What HEADERONLY would say of one backup set. */
export function setFacts(set: BackupSet): Fact[] {
  const { backupStartDate: start, backupFinishDate: finish, timeZoneQuarterHours: zone } = set;
  const traits = [...flagNames(set), ...(set.hasSetPassword ? ['with a password'] : [])];
  const oldest = productOfDatabaseVersion(set.databaseVersion);
  return knownFacts([
    ['Database', set.databaseName],
    ['Type', [backupTypeText(set), ...traits].join(', ')],
    ['Name', set.backupName],
    ['Description', set.backupDescription],
    ['Server', [set.serverName, productAndVersion(set.softwareVersion)].filter(Boolean).join(', ')],
    ['Machine', set.machineName === set.serverName ? null : set.machineName],
    ['Taken by', set.userName],
    ['Started', start && localTime(start, zone)],
    ['Finished', finish && localTime(finish, zone)],
    ['Recovery model', set.recoveryModel],
    ['Collation', collationName(set)],
    [
      'Compatibility',
      `level ${set.compatibilityLevel}, database version ${set.databaseVersion}` +
        (oldest === undefined ? '' : ` (${oldest} or newer)`),
    ],
    ['Backup size', sizeText(set)],
    ['First LSN', set.firstLsn],
    ['Last LSN', set.lastLsn],
    ['Checkpoint LSN', set.checkpointLsn],
    ['Database LSN', set.databaseBackupLsn],
    ['Differential base', set.differentialBaseLsn && lsnText(set.differentialBaseLsn)],
  ]);
}

/** Headings of {@link fileRows}. */
export const fileHeadings = ['File', 'Logical name', 'Size', 'Filegroup', 'Physical name'] as const;

/** What FILELISTONLY would say of one backup set: a row for each database file. */
export function fileRows({ files }: Pick<BackupSet, 'files'>): string[][] {
  const kinds = { D: 'data', L: 'log', '?': 'other' };
  return files.map((file) => [
    kinds[file.type],
    file.logicalName,
    formatBytes(file.sizeBytes),
    file.filegroup ?? '',
    file.physicalName,
  ]);
}

/** `2021-10-14 08:10:22-06:00`; the offset only where the file knows it. */
const localTime = (date: string, quarterHours: number) =>
  withUtcOffset(date.replace('T', ' '), quarterHours);

function sizeText(set: BackupSet): string | null {
  const size = set.backupSize ?? set.backupSizeEstimate;
  if (size === null) return null;
  const { compressedBackupSize: compressed } = set;
  return (
    formatBytes(size) + (compressed === null ? '' : `, compressed to ${formatBytes(compressed)}`)
  );
}
