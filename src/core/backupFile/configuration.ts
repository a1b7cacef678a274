import type { BackupFile } from './backupHeader.js';
import {
  isZeroLsn,
  readDate,
  readGuid,
  readGuidOrNull,
  readLsn,
  readText,
  readU64,
  type Lsn,
} from './fields.js';
import type { Stream, Tape } from './tape.js';
import { hasTdeKeyRecord } from './tdeHints.js';
import { Unreadable } from './unreadable.js';
import type { WorkBudget } from './workBudget.js';

/** An MQCI stream: what SQL Server says about the database, its filegroups and files. */
export interface Configuration {
  /** Length of the stream's data. Both copies of a set have the same. */
  readonly length: number;
  readonly database: DatabaseRecord;
  readonly files: readonly BackupFile[];
  /** Something in it has the form of a wrapped database encryption key. */
  readonly hasTdeKey: boolean;
}

/** The SCIN record. Optional fields are those that older servers do not write. */
export interface DatabaseRecord {
  readonly flags: number;
  readonly softwareVersion: string;
  readonly firstLsn: Lsn;
  readonly lastLsn: Lsn;
  readonly checkpointLsn: Lsn;
  readonly databaseBackupLsn: Lsn;
  readonly databaseCreationDate: string | null;
  readonly backupStartDate: string | null;
  readonly backupFinishDate: string | null;
  readonly backupType: string;
  readonly sortOrder: number;
  readonly compatibilityLevel: number;
  readonly databaseVersion: number;
  readonly backupSize: number;
  readonly databaseName: string;
  readonly serverName: string;
  readonly unicodeLocaleId: number;
  readonly unicodeComparisonStyle: number;
  readonly bindingId: string | null;
  readonly recoveryForkId: string | null;
  readonly previousForkId: string | null;
  readonly databaseBackupGuid: string | null;
  readonly collation: number;
  readonly familyGuid: string | null;
  readonly statusBits: number;
  readonly logChainStart: Lsn | undefined;
  readonly differentialBaseLsn: Lsn | undefined;
  readonly differentialBaseGuid: string | null;
  readonly compressedBackupSize: number | null;
}

const recordHeaderLength = 8;
/** Strings are named by 16-bit offsets and sizes, so nothing of a record beyond this is used. */
const usedRecordLength = 128 * 1024;
/** Fixed part of SCIN in SQL Server 2005, the oldest layout: up to the differential base's GUID. */
const oldestDatabaseRecord = 288;
const filegroupFixedLength = 24;
/** Fixed part of SFIN up to and including the backup size. */
const fileFixedLength = 258;

/**
 * Reads the records of an MQCI stream one by one, since a database with thousands of files has
 * megabytes of them.
 * @param part `database` stops before the files: they are the same in both copies of a set
 * @throws {Unreadable} when there is no database record or a length leads outside the stream
 */
export async function readConfiguration(
  tape: Tape,
  stream: Stream,
  budget: WorkBudget,
  part: 'all' | 'database',
): Promise<Configuration> {
  const filegroups = new Map<number, string>();
  const files: BackupFile[] = [];
  let database: DatabaseRecord | undefined;
  let hasTdeKey = false;
  const end = stream.dataOffset + stream.length;

  for (let offset = stream.dataOffset; offset + recordHeaderLength <= end;) {
    const header = await tape.read(offset, recordHeaderLength);
    const tag = header.toString('latin1', 0, 4);
    const length = header.readUInt32LE(4);
    if (!/^[A-Z]{4}$/u.test(tag)) break;
    if (length < recordHeaderLength || length > end - offset)
      throw new Unreadable('damaged', `record ${tag} at byte ${offset} has an impossible length`);
    budget.spend('steps');
    budget.spend('configurationBytes', length);
    const record = await tape.read(offset, Math.min(length, usedRecordLength));
    if (tag === 'SCIN') database ??= parseDatabase(record);
    else if (tag === 'SFGI') addFilegroup(filegroups, record);
    else if (tag === 'SFIN') {
      budget.spend('databaseFiles');
      files.push(parseFile(record, filegroups));
    }
    if (tag !== 'SFGI') hasTdeKey ||= hasTdeKeyRecord(record);
    if (part === 'database' && database !== undefined) break;
    offset += length;
  }
  if (database === undefined) throw new Unreadable('damaged', 'no database record');
  return { length: stream.length, database, files, hasTdeKey };
}

/** Where the fixed part ends: at the first string. Fields beyond do not exist in that version. */
function fixedLength(record: Buffer, references: readonly number[]): number {
  const starts = references
    .filter((reference) => record.readUInt16LE(reference) > 0)
    .map((reference) => record.readUInt16LE(reference + 2));
  return Math.min(record.length, ...starts);
}

function parseDatabase(record: Buffer): DatabaseRecord {
  if (
    record.length < oldestDatabaseRecord ||
    fixedLength(record, [104, 108]) < oldestDatabaseRecord
  )
    throw new Unreadable('damaged', 'database record too short');
  const fixed = fixedLength(record, [104, 108]);
  const lsnOrNone = (offset: number) => {
    const lsn = readLsn(record, offset);
    return isZeroLsn(lsn) ? undefined : lsn;
  };
  const version = [record.readUInt8(27), record.readUInt8(26), record.readUInt16LE(24)];
  return {
    flags: record.readUInt32LE(8),
    softwareVersion: version.join('.'),
    firstLsn: readLsn(record, 32),
    lastLsn: readLsn(record, 42),
    checkpointLsn: readLsn(record, 52),
    databaseBackupLsn: readLsn(record, 62),
    databaseCreationDate: readDate(record, 72),
    backupStartDate: readDate(record, 77),
    backupFinishDate: readDate(record, 82),
    backupType: record.toString('latin1', 87, 88),
    sortOrder: record.readUInt8(88),
    compatibilityLevel: record.readUInt8(91),
    databaseVersion: record.readUInt16LE(94),
    backupSize: readU64(record, 96),
    databaseName: readText(record, 104, 'utf16'),
    serverName: readText(record, 108, 'utf16'),
    unicodeLocaleId: record.readUInt32LE(116),
    unicodeComparisonStyle: record.readUInt32LE(120),
    bindingId: readGuidOrNull(record, 124),
    recoveryForkId: readGuidOrNull(record, 156),
    previousForkId: readGuidOrNull(record, 184),
    databaseBackupGuid: readGuidOrNull(record, 200),
    collation: record.readUInt32LE(216),
    familyGuid: readGuidOrNull(record, 224),
    statusBits: record.readUInt32LE(244),
    logChainStart: lsnOrNone(248),
    differentialBaseLsn: lsnOrNone(260),
    differentialBaseGuid: readGuidOrNull(record, 272),
    compressedBackupSize: fixed >= 352 ? readU64(record, 344) : null,
  };
}

function addFilegroup(filegroups: Map<number, string>, record: Buffer): void {
  if (record.length < filegroupFixedLength) throw new Unreadable('damaged', 'filegroup too short');
  filegroups.set(record.readUInt32LE(12), readText(record, 16, 'utf16'));
}

const growthIsPercent = 0x08;
const fileTypes: Readonly<Record<number, BackupFile['type']>> = { 1: 'D', 2: 'L' };

function parseFile(record: Buffer, filegroups: ReadonlyMap<number, string>): BackupFile {
  if (record.length < fileFixedLength) throw new Unreadable('damaged', 'file record too short');
  const filegroupId = record.readUInt32LE(36);
  return {
    fileId: record.readUInt32LE(20),
    type: fileTypes[record.readUInt32LE(28)] ?? '?',
    filegroupId,
    filegroup: filegroupId === 0 ? null : (filegroups.get(filegroupId) ?? null),
    logicalName: readText(record, 48, 'utf16'),
    physicalName: readText(record, 52, 'utf16'),
    sizeBytes: readU64(record, 40),
    maxSizeBytes: readU64(record, 86),
    growth: readU64(record, 94),
    growthIsPercent: (record.readUInt32LE(8) & growthIsPercent) !== 0,
    sectorSize: record.readUInt32LE(32),
    uniqueId: readGuid(record, 186),
    backupSizeBytes: readU64(record, 250),
  };
}
