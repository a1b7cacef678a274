import type { BackupSet } from '../../core/backupFile/backupHeader.js';
import { editionOf, versionOf } from '../sqlserver/edition.js';
import type { Database } from '../sqlserver/instanceState.js';
import { databaseExists } from '../sqlserver/procedures/submission.js';
import type { SqlInstance } from '../sqlserver/sqlInstance.js';
import {
  differentialWrongBase,
  insufficientSpace,
  licensedLimit,
  logTooEarly,
  logTooRecent,
  needsFullFirst,
  notRestoring,
  otherDatabase,
  versionTooNew,
} from './engineMessages.js';
import { exceptionFailure } from './taskFailure.js';
import type { Task } from './task.js';

const gib = 1024 ** 3;
const mib = 1024 ** 2;
/** From SQL Server 2019 on, RDS restores further copies of a database that is already there. */
const copiesAllowedFrom = 15;

/** SQL Server never restores a backup of a later version. */
export function checkVersion(set: BackupSet, instance: SqlInstance): void {
  const server = versionOf(instance.description);
  const [major = 0, minor = 0] = set.softwareVersion.split('.').map(Number);
  const newer = major !== server[0] ? major > server[0] : minor > server[1];
  if (newer) throw versionTooNew(set.softwareVersion, server);
}

/** A full backup becomes a new database. @throws TaskFailure */
export function checkFullRestore(task: Task, set: BackupSet, instance: SqlInstance): void {
  if (set.backupType !== 'D') throw needsFullFirst('RESTORE DATABASE', task.databaseName);
  const taken = instance.collidingName(task.databaseName);
  if (taken !== undefined) throw exceptionFailure(databaseExists(taken));
  checkLineage(task, set, instance);
  const { description } = instance;
  if (description.multiAz && set.recoveryModel !== 'FULL') {
    throw exceptionFailure(
      `Database ${task.databaseName} cannot be restored to a Multi-AZ DB instance because it uses the ${set.recoveryModel} recovery model; Multi-AZ requires FULL.`,
    );
  }
  const required = set.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const limit = editionOf(description).databaseLimitBytes;
  if (limit !== undefined && required > limit) throw licensedLimit(limit / mib);
  const used = instance.state.databases
    .flatMap((database) => database.files)
    .reduce((sum, file) => sum + file.sizeBytes, 0);
  const available = Math.max(0, description.allocatedStorageGiB * gib - used);
  if (required > available) throw insufficientSpace(required, available);
}

function checkLineage(task: Task, set: BackupSet, instance: SqlInstance): void {
  if (versionOf(instance.description)[0] >= copiesAllowedFrom) return;
  const ids = new Set(set.files.map(({ uniqueId }) => uniqueId));
  const same = instance.state.databases.some(({ files }) =>
    files.some(({ uniqueId }) => ids.has(uniqueId)),
  );
  if (same) {
    throw exceptionFailure(
      `Database ${task.databaseName} cannot be restored because there is already an existing database with the same file_guids on the instance.`,
    );
  }
}

/** A differential goes onto the full backup it is based on. @throws TaskFailure */
export function checkDifferentialRestore(
  task: Task,
  set: BackupSet,
  instance: SqlInstance,
): Database {
  const database = restoringDatabase('RESTORE DATABASE', task, set, instance);
  if (set.backupType !== 'I') throw exceptionFailure('The backup is not a differential backup.');
  if (set.databaseBackupLsn !== database.position.checkpointLsn) throw differentialWrongBase();
  return database;
}

/** A log backup must join on to what has been restored. @throws TaskFailure */
export function checkLogRestore(task: Task, set: BackupSet, instance: SqlInstance): Database {
  const database = restoringDatabase('RESTORE LOG', task, set, instance);
  if (set.backupType !== 'L') throw exceptionFailure('The backup is not a transaction log backup.');
  const reached = database.position.lastLsn;
  if (BigInt(set.firstLsn) > BigInt(reached)) throw logTooRecent(set.firstLsn, reached);
  if (BigInt(set.lastLsn) < BigInt(reached)) throw logTooEarly(set.lastLsn, reached);
  return database;
}

function restoringDatabase(
  what: 'RESTORE DATABASE' | 'RESTORE LOG',
  task: Task,
  set: BackupSet,
  instance: SqlInstance,
): Database {
  const database = instance.database(task.databaseName);
  if (!database) throw needsFullFirst(what, task.databaseName);
  if (database.state !== 'RESTORING') throw notRestoring(what);
  if (set.familyGuid !== database.position.familyGuid) throw otherDatabase(what, database.name);
  return database;
}
