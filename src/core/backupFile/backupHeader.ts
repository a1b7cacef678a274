/**
 * What `RESTORE LABELONLY`, `HEADERONLY` and `FILELISTONLY` would say about a backup file, as far as
 * the file itself tells. `null` means "the file does not say". Dates are the backed-up server's local
 * time as `YYYY-MM-DDTHH:MM:SS`; GUIDs are lower case; sizes are bytes.
 */
export interface BackupHeader {
  /** `MTF`: a plain Microsoft Tape Format file. `MSSQLBAK`: compressed and/or encrypted. */
  readonly container: 'MTF' | 'MSSQLBAK';
  readonly compressed: boolean;
  /** Encrypted by SQL Server itself (`BACKUP … WITH ENCRYPTION`): nothing below can be read then. */
  readonly encrypted: boolean;
  readonly fileSize: number;
  /** The file ends with its last backup set's end mark; null when that cannot be told. */
  readonly complete: boolean | null;
  /** null when the container is encrypted or its compression is not known. */
  readonly media: MediaHeader | null;
  readonly sets: readonly BackupSet[];
  readonly warnings: readonly BackupWarning[];
}

/** LABELONLY: the media header, written once per file and kept through `WITH INIT`. */
export interface MediaHeader {
  /** Eight hex digits: the first group of LABELONLY's MediaFamilyId. */
  readonly mediaFamilyId: string;
  /** Equal on all stripes of a backup. */
  readonly mediaSetId: string | null;
  /** Number of stripes in the media set. */
  readonly familyCount: number;
  /** Which stripe this file is, from 1. */
  readonly familySequenceNumber: number;
  readonly mediaSequenceNumber: number;
  readonly softFilemarkBlockSize: number;
  readonly formatLogicalBlockSize: number;
  readonly softwareName: string;
  readonly softwareVendorId: number;
  readonly mediaDate: string | null;
  readonly mediaName: string;
  readonly mediaDescription: string;
  readonly hasMediaPassword: boolean;
}

/** As in `msdb.dbo.backupset.type`. */
export type BackupTypeLetter = 'D' | 'I' | 'L' | 'F' | 'G' | 'P' | 'Q';

export type RecoveryModel = 'SIMPLE' | 'FULL' | 'BULK-LOGGED';

/** HEADERONLY: one backup set. LSNs are SQL Server's decimal form, as strings (they exceed a double). */
export interface BackupSet {
  readonly position: number;
  readonly backupName: string;
  readonly backupDescription: string;
  readonly userName: string;
  readonly backupSetGuid: string | null;
  readonly ssetAttributes: number;
  /** Offset of all dates from UTC in quarter hours; 127 when unknown. */
  readonly timeZoneQuarterHours: number;
  readonly expirationDate: string | null;
  readonly machineName: string;
  /** Drive of the original backup file, such as `C:`. */
  readonly deviceName: string;
  readonly volumeName: string;
  readonly hasSetPassword: boolean;
  readonly databaseName: string;
  readonly serverName: string;
  readonly backupType: BackupTypeLetter | null;
  /** Short name of the type: `full`, `diff`, `log`, … */
  readonly backupTypeName: string | null;
  /** `major.minor.build` of the server that wrote it. */
  readonly softwareVersion: string;
  readonly databaseVersion: number;
  readonly compatibilityLevel: number;
  readonly databaseCreationDate: string | null;
  readonly backupStartDate: string | null;
  readonly backupFinishDate: string | null;
  /** HEADERONLY.Flags. */
  readonly flags: number;
  readonly hasBackupChecksums: boolean;
  readonly isCopyOnly: boolean;
  readonly firstLsn: string;
  readonly lastLsn: string;
  readonly checkpointLsn: string;
  readonly databaseBackupLsn: string;
  /** LSNs as first written when the backup began; the four above are final where the file has them. */
  readonly headFirstLsn: string | null;
  readonly headLastLsn: string | null;
  readonly headCheckpointLsn: string | null;
  /** For a log backup: it is the first one after the log chain began. */
  readonly beginsLogChain: boolean;
  readonly recoveryModel: RecoveryModel;
  /** As in `sysdatabases.status`. */
  readonly databaseStatusBits: number;
  readonly sortOrder: number;
  readonly unicodeLocaleId: number;
  readonly unicodeComparisonStyle: number;
  /** The first four bytes of the collation in TDS form, as hex. */
  readonly collation: string;
  readonly bindingId: string | null;
  readonly familyGuid: string | null;
  readonly recoveryForkId: string | null;
  readonly previousForkId: string | null;
  /** Backup set GUID of the full backup at `databaseBackupLsn`. */
  readonly databaseBackupGuid: string | null;
  /** `vlf:block:slot`. */
  readonly differentialBaseLsn: string | null;
  readonly differentialBaseGuid: string | null;
  /** null when the end of the set could not be read. */
  readonly backupSize: number | null;
  readonly backupSizeEstimate: number | null;
  readonly compressedBackupSize: number | null;
  readonly files: readonly BackupFile[];
}

/** FILELISTONLY: one database file. */
export interface BackupFile {
  readonly fileId: number;
  /** `D` rows, `L` log, `?` a kind this reader does not know (FILESTREAM and others). */
  readonly type: 'D' | 'L' | '?';
  readonly filegroupId: number;
  readonly filegroup: string | null;
  readonly logicalName: string;
  readonly physicalName: string;
  readonly sizeBytes: number;
  readonly maxSizeBytes: number;
  /** Bytes, or percent when `growthIsPercent`. */
  readonly growth: number;
  readonly growthIsPercent: boolean;
  readonly sectorSize: number;
  readonly uniqueId: string;
  /** Estimate made when the backup began. */
  readonly backupSizeBytes: number;
}

export type WarningCode =
  | 'stripe'
  | 'possibly-truncated'
  | 'trailing-bytes'
  | 'damaged'
  | 'copies-differ'
  | 'not-final'
  | 'password'
  | 'encrypted'
  | 'probably-tde'
  | 'header-unreadable'
  | 'damaged-at-source'
  | 'foreign-set'
  | 'limit';

/** Something a person should know before relying on the file. */
export interface BackupWarning {
  readonly code: WarningCode;
  readonly message: string;
}
