import {
  type BackupFile,
  type BackupHeader,
  type BackupSet,
} from '../../core/backupFile/backupHeader.js';
import { collationName } from '../../core/backupFile/collation.js';
import {
  backupTypeText,
  flagNames,
  lsnText,
  productAndVersion,
  productOfDatabaseVersion,
  withUtcOffset,
} from '../../core/backupFile/describe.js';
import { type Style } from '../terminal/style.js';
import { labelled, printable, table } from './text.js';
import { formatBytes, formatExactBytes } from './units.js';

/** `2021-10-14 08:10:22-06:00`; the offset only where the file knows it. */
const localTime = (date: string, quarterHours: number) =>
  withUtcOffset(date.replace('T', ' '), quarterHours);

type Fact = readonly [label: string, value: string | null | undefined];

/** A readable account of a backup's header: what LABELONLY, HEADERONLY and FILELISTONLY would say. */
export function backupHeaderText(header: BackupHeader, style: Style, width: number): string {
  return [
    ...facts(fileFacts(header), width),
    ...header.sets.flatMap((set) => [
      '',
      style.bold(`  Backup set ${set.position}`),
      ...facts(setFacts(set), width),
      ...fileList(set.files, style),
    ]),
    ...header.warnings.map(({ message }) =>
      style.yellow(labelled('  Warning', printable(message), 20, width)),
    ),
  ].join('\n');
}

function facts(list: readonly Fact[], width: number): string[] {
  return list.flatMap(([label, value]) =>
    value === null || value === undefined || value === ''
      ? []
      : [labelled(`  ${label}`, printable(value), 20, width)],
  );
}

function fileFacts({
  container,
  compressed,
  encrypted,
  media,
  fileSize,
  complete,
}: BackupHeader): Fact[] {
  const traits = [compressed ? 'compressed' : '', encrypted ? 'encrypted by SQL Server' : ''];
  const kind = container === 'MTF' ? 'SQL Server backup' : 'SQL Server backup (MSSQLBAK)';
  return [
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
  ];
}

function setFacts(set: BackupSet): Fact[] {
  const { backupStartDate: start, backupFinishDate: finish, timeZoneQuarterHours: zone } = set;
  const traits = [...flagNames(set), ...(set.hasSetPassword ? ['with a password'] : [])];
  const oldest = productOfDatabaseVersion(set.databaseVersion);
  const size = set.backupSize ?? set.backupSizeEstimate;
  return [
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
    [
      'Backup size',
      size === null
        ? null
        : formatBytes(size) +
          (set.compressedBackupSize === null
            ? ''
            : `, compressed to ${formatBytes(set.compressedBackupSize)}`),
    ],
    ['First LSN', set.firstLsn],
    ['Last LSN', set.lastLsn],
    ['Checkpoint LSN', set.checkpointLsn],
    ['Database LSN', set.databaseBackupLsn],
    ['Differential base', set.differentialBaseLsn && lsnText(set.differentialBaseLsn)],
  ];
}

function fileList(files: readonly BackupFile[], style: Style): string[] {
  if (files.length === 0) return [];
  const kinds = { D: 'data', L: 'log', '?': 'other' };
  const rows = files.map((file) => [
    kinds[file.type],
    file.logicalName,
    formatBytes(file.sizeBytes),
    file.filegroup ?? '',
    file.physicalName,
  ]);
  const [headings = '', ...lines] = table(
    ['File', 'Logical name', 'Size', 'Filegroup', 'Physical name'],
    rows,
  );
  return [style.bold(`  ${headings}`), ...lines.map((line) => `  ${line}`)];
}
