import type { BackupSet } from '../../core/backupFile/backupHeader.js';
import type { StoredObject } from '../contract.js';
import { compatibilityLevelOf, versionOf } from '../sqlserver/edition.js';
import type { Database, RestorePosition } from '../sqlserver/instanceState.js';
import type { SqlInstance } from '../sqlserver/sqlInstance.js';
import { leavesRestoring, type Task } from './task.js';

const dataFolder = 'D:\\rdsdbdata\\DATA\\';
/** SQL Server raises the compatibility level of a restored database to the lowest it still has. */
const lowestCompatibilityLevel = 100;

/** The new database of a full restore. */
export function createDatabase(
  task: Task,
  set: BackupSet,
  objects: readonly StoredObject[],
  instance: SqlInstance,
): void {
  const { state, description } = instance;
  const highest = compatibilityLevelOf(versionOf(description));
  const database: Database = {
    name: task.databaseName,
    id: state.nextDatabaseId++,
    createdAt: instance.clock.now().toISOString(),
    state: leavesRestoring(task) ? 'RESTORING' : 'ONLINE',
    recoveryModel: set.recoveryModel === 'BULK-LOGGED' ? 'BULK_LOGGED' : set.recoveryModel,
    compatibilityLevel: Math.min(
      highest,
      Math.max(lowestCompatibilityLevel, set.compatibilityLevel),
    ),
    files: set.files.map((file) => ({
      id: file.fileId,
      type: file.type === 'L' ? ('LOG' as const) : ('ROWS' as const),
      logicalName: file.logicalName,
      physicalName: `${dataFolder}${task.databaseName}_${file.logicalName}${extension(file.fileId, file.type)}`,
      sizeBytes: file.sizeBytes,
      maxSizeBytes: file.maxSizeBytes,
      uniqueId: file.uniqueId,
    })),
    restoredBy: task.login,
    source: {
      objects: objects.map(({ bucket, key, etag }) => ({ bucket, key, etag })),
      kmsKeyArn: task.kmsKeyArn,
      pages: backupPages(set),
    },
    position: positionOf(set),
  };
  state.databases.push(database);
}

const extension = (fileId: number, type: string) =>
  type === 'L' ? '.ldf' : fileId === 1 ? '.mdf' : '.ndf';

/** A differential or log backup restored onto a RESTORING database. */
export function advanceDatabase(database: Database, task: Task, set: BackupSet): void {
  database.position = { ...database.position, lastLsn: set.lastLsn };
  database.source = null;
  database.restoredBy = task.login;
  database.state = leavesRestoring(task) ? 'RESTORING' : 'ONLINE';
}

const positionOf = (set: BackupSet): RestorePosition => ({
  databaseName: set.databaseName,
  familyGuid: set.familyGuid,
  backupSetGuid: set.backupSetGuid,
  checkpointLsn: set.checkpointLsn,
  lastLsn: set.lastLsn,
});

const pageBytes = 8192;
export const pagesOf = (bytes: number) => Math.ceil(bytes / pageBytes);

/** Pages that SQL Server says it processed. */
export const backupPages = (set: BackupSet) =>
  Math.max(1, pagesOf(set.backupSize ?? set.backupSizeEstimate ?? 0));
