import type { BackupSet, BackupTypeLetter, RecoveryModel } from './backupHeader.js';
import type { DatabaseRecord } from './configuration.js';
import { lsnDecimal } from './fields.js';
import type { FoundSet } from './foundSet.js';

/** HEADERONLY.Flags, as Microsoft documents them and the samples confirm. */
export const backupFlags = {
  hasBulkLoggedData: 0x1,
  isSnapshot: 0x2,
  isReadOnly: 0x4,
  isSingleUser: 0x8,
  hasBackupChecksums: 0x10,
  isDamaged: 0x20,
  isTailLog: 0x40,
  hasIncompleteMetaData: 0x80,
  isTailLogWithNoRecovery: 0x100,
  isCopyOnly: 0x400,
} as const;

const shortTypeNames: Readonly<Record<BackupTypeLetter, string>> = {
  D: 'full',
  I: 'diff',
  L: 'log',
  F: 'file',
  G: 'diff file',
  P: 'partial',
  Q: 'diff partial',
};

const isTypeLetter = (letter: string): letter is BackupTypeLetter => letter in shortTypeNames;

const simpleRecovery = 0x8;
const bulkLogged = 0x4;

function recoveryModel(statusBits: number): RecoveryModel {
  // Old databases have both bits and are SIMPLE.
  if ((statusBits & simpleRecovery) !== 0) return 'SIMPLE';
  return (statusBits & bulkLogged) !== 0 ? 'BULK-LOGGED' : 'FULL';
}

function beginsLogChain({ backupType, firstLsn, logChainStart }: DatabaseRecord): boolean {
  return (
    backupType === 'L' &&
    logChainStart !== undefined &&
    lsnDecimal(logChainStart) === lsnDecimal(firstLsn)
  );
}

/**
 * One set as HEADERONLY would show it: everything from the copy written when the backup began, with
 * LSNs, finish date and sizes from the copy written when it ended. undefined when neither was read.
 */
export function toBackupSet(found: FoundSet): BackupSet | undefined {
  const { start, volume, head, final } = found;
  const configuration = head ?? final;
  if (configuration === undefined) return undefined;
  const database = configuration.database;
  const last = (final ?? configuration).database;
  const base = database.differentialBaseLsn;
  const letter = isTypeLetter(database.backupType) ? database.backupType : null;
  const headLsn = (name: 'firstLsn' | 'lastLsn' | 'checkpointLsn') =>
    head === undefined ? null : lsnDecimal(head.database[name]);

  return {
    position: start.position,
    backupName: start.backupName,
    backupDescription: start.backupDescription,
    userName: start.userName,
    backupSetGuid: start.backupSetGuid,
    ssetAttributes: start.attributes,
    timeZoneQuarterHours: start.utcOffsetQuarterHours,
    expirationDate: start.expirationDate,
    machineName: volume?.machineName ?? '',
    deviceName: volume?.deviceName ?? '',
    volumeName: volume?.volumeName ?? '',
    hasSetPassword: start.hasPassword,
    databaseName: database.databaseName,
    serverName: database.serverName,
    backupType: letter,
    backupTypeName: letter === null ? null : shortTypeNames[letter],
    softwareVersion: database.softwareVersion,
    databaseVersion: database.databaseVersion,
    compatibilityLevel: database.compatibilityLevel,
    databaseCreationDate: database.databaseCreationDate,
    backupStartDate: database.backupStartDate ?? start.startDate,
    backupFinishDate: final?.database.backupFinishDate ?? null,
    flags: database.flags,
    hasBackupChecksums: (database.flags & backupFlags.hasBackupChecksums) !== 0,
    isCopyOnly: (database.flags & backupFlags.isCopyOnly) !== 0,
    firstLsn: lsnDecimal(last.firstLsn),
    lastLsn: lsnDecimal(last.lastLsn),
    checkpointLsn: lsnDecimal(last.checkpointLsn),
    databaseBackupLsn: lsnDecimal(last.databaseBackupLsn),
    headFirstLsn: headLsn('firstLsn'),
    headLastLsn: headLsn('lastLsn'),
    headCheckpointLsn: headLsn('checkpointLsn'),
    beginsLogChain: beginsLogChain(last),
    recoveryModel: recoveryModel(database.statusBits),
    databaseStatusBits: database.statusBits,
    sortOrder: database.sortOrder,
    unicodeLocaleId: database.unicodeLocaleId,
    unicodeComparisonStyle: database.unicodeComparisonStyle,
    collation: `0x${database.collation.toString(16)}`,
    bindingId: database.bindingId,
    familyGuid: database.familyGuid,
    recoveryForkId: database.recoveryForkId,
    previousForkId: database.previousForkId,
    databaseBackupGuid: database.databaseBackupGuid,
    differentialBaseLsn: base === undefined ? null : `${base.vlf}:${base.block}:${base.slot}`,
    differentialBaseGuid: database.differentialBaseGuid,
    backupSize: final?.database.backupSize ?? null,
    backupSizeEstimate: head?.database.backupSize ?? null,
    compressedBackupSize: final?.database.compressedBackupSize ?? null,
    files: configuration.files,
  };
}
