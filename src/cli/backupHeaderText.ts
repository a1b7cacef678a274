import {
  type BackupFile,
  type BackupHeader,
  type BackupSet,
} from '../core/backupFile/backupHeader.js';
import { type Style } from './style.js';
import { labelled, printable, table } from './text.js';
import { formatBytes, formatExactBytes } from './units.js';

/** Major version (and minor, where two products share it) to the name people use. */
const products: Readonly<Record<string, string>> = {
  '8': '2000',
  '9': '2005',
  '10': '2008',
  '10.50': '2008 R2',
  '11': '2012',
  '12': '2014',
  '13': '2016',
  '14': '2017',
  '15': '2019',
  '16': '2022',
  '17': '2025',
};

function serverVersion(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  const name = products[`${major}.${minor}`] ?? products[major];
  return name === undefined ? `SQL Server ${version}` : `SQL Server ${name} (${version})`;
}

/** `2021-10-14 08:10:22 UTC-06:00`; the offset only where the file knows it. */
function localTime(date: string, quarterHours: number): string {
  const time = date.replace('T', ' ');
  if (Math.abs(quarterHours) > 56) return time;
  const minutes = Math.abs(quarterHours) * 15;
  const two = (n: number) => String(n).padStart(2, '0');
  const sign = quarterHours < 0 ? '-' : '+';
  return `${time} UTC${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

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
  const traits = [
    set.isCopyOnly ? 'copy-only' : '',
    set.hasBackupChecksums ? 'with checksums' : '',
    set.hasSetPassword ? 'with a password' : '',
  ];
  const size = set.backupSize ?? set.backupSizeEstimate;
  return [
    ['Database', set.databaseName],
    ['Type', [set.backupTypeName ?? 'unknown', ...traits.filter(Boolean)].join(', ')],
    ['Name', set.backupName],
    ['Description', set.backupDescription],
    ['Server', [set.serverName, serverVersion(set.softwareVersion)].filter(Boolean).join(', ')],
    ['Machine', set.machineName === set.serverName ? null : set.machineName],
    ['Taken by', set.userName],
    ['Started', start && localTime(start, zone)],
    ['Finished', finish && localTime(finish, zone)],
    ['Recovery model', set.recoveryModel],
    ['Compatibility', `level ${set.compatibilityLevel}, database version ${set.databaseVersion}`],
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
    ['Differential base', set.differentialBaseLsn],
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
