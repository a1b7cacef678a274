import type { BackupSet } from '../../core/backupFile/backupHeader.js';
import type { RoleAccess, StoredObject } from '../contract.js';
import type { SqlInstance } from '../sqlserver/sqlInstance.js';
import { advanceDatabase, backupPages, createDatabase, pagesOf } from './applyRestore.js';
import { oneBackup, readPart } from './backupReading.js';
import { newDevice, processed } from './engineMessages.js';
import type { ObjectReader } from './objectReader.js';
import { Pace } from './pace.js';
import { moveAll, Progress } from './progress.js';
import {
  checkDifferentialRestore,
  checkFullRestore,
  checkLogRestore,
  checkVersion,
} from './restoreRules.js';
import { parseS3Location, type S3Location } from './s3Location.js';
import { assumeRole, checkRegion, multiFilePlan, openObjects } from './s3Objects.js';
import type { Task } from './task.js';
import { s3Failure, serviceFailure } from './taskFailure.js';
import type { TaskRun } from './taskRun.js';

const maxFiles = 10;
/** Sandbox seconds of the phases of a small restore. */
const seconds = { lookUp: 1, readHeader: 2, restore: 20 } as const;

/**
 * A restore from S3 as the RDS agent runs it, up to the point where SQL Server would start to copy
 * pages: there the sandbox reads the object to its end instead. @throws TaskFailure
 */
export async function runRestore(run: TaskRun): Promise<void> {
  const { task, instance, log, signal } = run;
  await instance.clock.sleep(seconds.lookUp, signal);
  const access = assumeRole(instance);
  const location = parseS3Location(task.s3Arn ?? '');
  checkRegion(location.bucket, access, instance);
  const objects = await findObjects(location, access);
  const readers = openObjects(objects, access, task.kmsKeyArn);
  try {
    log.add('Task execution has started.');
    const keys = objects.map(({ key }) => key);
    if (location.isPrefix) log.add(multiFilePlan(task.type, keys));
    run.opened(keys);
    await instance.clock.sleep(seconds.readHeader, signal);
    const set = await readHeaders(readers, signal);
    const apply = checkRules(task, set, objects, instance);
    await copy(run, readers, set);
    apply();
    instance.save();
  } finally {
    for (const reader of readers) reader.zeroKey();
  }
}

async function findObjects(
  { bucket, key, isPrefix }: S3Location,
  access: RoleAccess,
): Promise<StoredObject[]> {
  try {
    if (!isPrefix) return [await access.headObject(bucket, key)];
    const found = await access.listObjects(bucket, key);
    if (found.length === 0) throw serviceFailure('The specified key does not exist.');
    if (found.length > maxFiles) {
      throw serviceFailure(
        `The Restore task is unable to restore from more than ${maxFiles} backup file(s). Please reduce the number of files matched and try again.`,
      );
    }
    return await Promise.all(found.map((object) => access.headObject(bucket, object.key)));
  } catch (error) {
    throw s3Failure(error);
  }
}

async function readHeaders(
  readers: readonly ObjectReader[],
  signal: AbortSignal,
): Promise<BackupSet> {
  const parts = [];
  for (const reader of readers) parts.push(await readPart(reader, newDevice(), signal));
  return oneBackup(parts);
}

/** What SQL Server checks before it copies a page; returns what the restore will then change. */
function checkRules(
  task: Task,
  set: BackupSet,
  objects: readonly StoredObject[],
  instance: SqlInstance,
): () => void {
  checkVersion(set, instance);
  if (task.type.startsWith('RESTORE_DB_LOG')) {
    const database = checkLogRestore(task, set, instance);
    return () => {
      advanceDatabase(database, task, set);
    };
  }
  if (task.type.startsWith('RESTORE_DB_DIFFERENTIAL')) {
    const database = checkDifferentialRestore(task, set, instance);
    return () => {
      advanceDatabase(database, task, set);
    };
  }
  checkFullRestore(task, set, instance);
  return () => {
    createDatabase(task, set, objects, instance);
  };
}

/** Reads every object to its end, with the progress lines of agent and engine. */
async function copy(
  { task, instance, log, signal }: TaskRun,
  readers: readonly ObjectReader[],
  set: BackupSet,
): Promise<void> {
  const pace = new Pace(instance.clock, seconds.restore, signal);
  const progress = new Progress(
    log,
    pace,
    readers.map(({ object }) => object),
  );
  await moveAll(readers, signal, async (reader, stop) => {
    for await (const { position } of reader.content(stop)) {
      await progress.reach(reader.object, position);
    }
  });
  log.add(engineSummary(task, set, pace.elapsed));
  log.add(...readers.map(({ object }) => `${object.key}: S3 processing completed successfully`));
  log.add('Command execution completed successfully.');
}

function engineSummary(task: Task, set: BackupSet, elapsed: number): string {
  const isLog = set.backupType === 'L';
  const pages = backupPages(set);
  const data = set.files.filter(({ type }) => type === 'D');
  const logFile = set.files.find(({ type }) => type === 'L');
  const lines: string[] = [];
  let left = pages;
  const line = (count: number, file: string) => {
    left -= count;
    lines.push(
      `Processed ${count} pages for database '${task.databaseName}', file '${file}' on file ${set.position}.`,
    );
  };
  if (!isLog) {
    for (const file of data) line(Math.min(left, pagesOf(file.backupSizeBytes)), file.logicalName);
  }
  if (logFile) line(Math.max(0, left), logFile.logicalName);
  return [...lines, processed('RESTORE', isLog ? 'LOG' : 'DATABASE', pages, elapsed)].join('  ');
}
