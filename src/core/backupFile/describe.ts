import type { BackupSet, BackupTypeLetter } from './backupHeader.js';
import { lsnDecimal } from './fields.js';
import { backupFlags } from './toBackupSet.js';

/** Product names by `major` or `major.minor` of the version that a backup set carries. */
const products: Readonly<Record<string, string>> = {
  '8': '2000',
  '9': '2005',
  '10.0': '2008',
  '10.50': '2008 R2',
  '11': '2012',
  '12': '2014',
  '13': '2016',
  '14': '2017',
  '15': '2019',
  '16': '2022',
  '17': '2025',
};

/** `15.0.2000` (also `15.00.4415.2.v1`) gives `SQL Server 2019`. */
export function productName(softwareVersion: string): string {
  const [major = '', minor = ''] = softwareVersion.split('.');
  const product = products[Number(major)] ?? products[`${Number(major)}.${Number(minor)}`];
  return product === undefined ? `SQL Server ${softwareVersion}` : `SQL Server ${product}`;
}

/** 15 for `15.0.2000` and `15.00.4415.2.v1`; NaN for what is no version. */
export const majorVersion = (softwareVersion: string) => Number.parseInt(softwareVersion, 10);

/** `SQL Server 2016 (13.0.5026)`; the version alone where no product has it. */
export function productAndVersion(softwareVersion: string): string {
  const name = productName(softwareVersion);
  return name.endsWith(softwareVersion) ? name : `${name} (${softwareVersion})`;
}

/** Internal database versions: the last one of each product. */
const databaseVersions: readonly (readonly [last: number, product: string])[] = [
  [539, '2000'],
  [612, '2005'],
  [655, '2008'],
  [661, '2008 R2'],
  [706, '2012'],
  [782, '2014'],
  [852, '2016'],
  [869, '2017'],
  [904, '2019'],
  [957, '2022'],
  [998, '2025'],
];

/**
 * `SQL Server 2019` for database version 904: the oldest product that can open such a database.
 * undefined for a version newer than all known ones.
 */
export function productOfDatabaseVersion(databaseVersion: number): string | undefined {
  const product = databaseVersions.find(([last]) => databaseVersion <= last)?.[1];
  return product === undefined ? undefined : `SQL Server ${product}`;
}

const typeNames: Readonly<Record<BackupTypeLetter, string>> = {
  D: 'Full',
  I: 'Differential',
  L: 'Transaction log',
  F: 'File or filegroup',
  G: 'Differential file',
  P: 'Partial',
  Q: 'Differential partial',
};

/** `Full`, `Transaction log`, … */
export function backupTypeText({ backupType }: Pick<BackupSet, 'backupType'>): string {
  return backupType === null ? 'Unknown type' : typeNames[backupType];
}

const flagTexts: readonly (readonly [keyof typeof backupFlags, string])[] = [
  ['isCopyOnly', 'copy-only'],
  ['hasBackupChecksums', 'with checksums'],
  ['isTailLog', 'tail-log'],
  ['isTailLogWithNoRecovery', 'tail-log with NORECOVERY'],
  ['hasBulkLoggedData', 'holds bulk-logged data'],
  ['isSnapshot', 'snapshot'],
  ['isReadOnly', 'database was read-only'],
  ['isSingleUser', 'database was in single-user mode'],
  ['isDamaged', 'database was damaged'],
  ['hasIncompleteMetaData', 'incomplete metadata'],
];

/** What HEADERONLY.Flags says, in words; nothing for an ordinary backup. */
export function flagNames({ flags }: Pick<BackupSet, 'flags'>): string[] {
  return flagTexts.filter(([name]) => (flags & backupFlags[name]) !== 0).map(([, text]) => text);
}

/** `25:116:37` as SQL Server prints it, `25000000011600037`. Accepts what is decimal already. */
export function lsnText(lsn: string): string {
  const [vlf, block, slot] = lsn.split(':').map(Number);
  return vlf === undefined || block === undefined || slot === undefined
    ? lsn
    : lsnDecimal({ vlf, block, slot });
}

/**
 * A date of the header as an ISO time with its offset, `2017-05-18T04:18:19+02:00`; without one when
 * the server's offset is not known.
 */
export function withUtcOffset(date: string, quarterHours: number): string {
  if (Math.abs(quarterHours) > 64) return date;
  const minutes = Math.abs(quarterHours) * 15;
  const two = (n: number) => String(n).padStart(2, '0');
  const sign = quarterHours < 0 ? '-' : '+';
  return `${date}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
