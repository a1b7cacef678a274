import type { BackupSet } from '../../core/backupFile/backupHeader.js';
import type { RoleAccess, StoredObject } from '../contract.js';
import { optionRole } from '../sqlserver/procedures/restoreChecks.js';
import type { SqlInstance } from '../sqlserver/sqlInstance.js';
import { advanceDatabase, createDatabase } from './applyRestore.js';
import { oneBackup, readPart } from './backupReading.js';
import { newDevice, processed } from './engineMessages.js';
import { unwrapObject } from './objectEnvelope.js';
import { ObjectReader } from './objectReader.js';
import { Pace } from './pace.js';
import {
  checkDifferentialRestore,
  checkFullRestore,
  checkLogRestore,
  checkVersion,
} from './restoreRules.js';
import { parseS3Location, type S3Location } from './s3Location.js';
import type { Task } from './task.js';
import { kmsFailure, s3Failure, serviceFailure } from './taskFailure.js';
import type { TaskLog } from './taskLog.js';

const maxFiles = 10;
const pageBytes = 8192;
/** Sandbox seconds of the phases of a small restore. */
const seconds = { lookUp: 1, readHeader: 2, restore: 20 } as const;
const enginePercentStep = 5;
/** One S3 progress line for each file in so many engine lines. */
const s3LineEvery = 2;

/** What a task leaves open until it ends. */
export interface OpenFiles {
  readonly keys: readonly string[];
}

export interface RestoreRun {
  readonly task: Task;
  readonly instance: SqlInstance;
  readonly log: TaskLog;
  readonly signal: AbortSignal;
  /** Tells the frame of a failure which files were open when it came. */
  opened(keys: readonly string[]): void;
}

/**
 * A restore from S3 as the RDS agent runs it, up to the point where SQL Server would start to copy
 * pages: there the sandbox reads the object to its end instead. @throws TaskFailure
 */
export async function runRestore(run: RestoreRun): Promise<void> {
  const { task, instance, log, signal } = run;
  await instance.clock.sleep(seconds.lookUp, signal);
  const access = assumeRole(instance);
  const location = parseS3Location(task.s3Arn ?? '');
  const objects = await findObjects(location, access, instance);
  const readers = openObjects(objects, access, task.kmsKeyArn);
  try {
    log.add('Task execution has started.');
    if (location.isPrefix) log.add(multiFilePlan(task, objects));
    run.opened(objects.map(({ key }) => key));
    await instance.clock.sleep(seconds.readHeader, signal);
    const set = await readHeaders(readers, signal);
    const apply = checkRules(task, set, instance);
    await copy(run, readers, set);
    apply();
    instance.save();
  } finally {
    for (const reader of readers) reader.zeroKey();
  }
}

function assumeRole(instance: SqlInstance): RoleAccess {
  const role = optionRole(instance);
  if (role === undefined) throw serviceFailure('Access Denied');
  try {
    return instance.cloud.assumeServiceRole(role, instance.description);
  } catch (error) {
    throw s3Failure(error);
  }
}

async function findObjects(
  { bucket, key, isPrefix }: S3Location,
  access: RoleAccess,
  instance: SqlInstance,
): Promise<StoredObject[]> {
  try {
    if (access.bucketRegion(bucket) !== instance.description.region) {
      throw serviceFailure(
        'Access Denied.\nPlease specify a bucket that is in the same region as RDS instance.',
      );
    }
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

function openObjects(
  objects: readonly StoredObject[],
  access: RoleAccess,
  keyArn: string | null,
): ObjectReader[] {
  if (keyArn === null) return objects.map((object) => new ObjectReader(object, access, undefined));
  try {
    access.describeKey(keyArn);
  } catch (error) {
    throw kmsFailure(error, keyArn);
  }
  const readers: ObjectReader[] = [];
  try {
    for (const object of objects) {
      readers.push(new ObjectReader(object, access, unwrapObject(object, access, keyArn)));
    }
  } catch (error) {
    for (const reader of readers) reader.zeroKey();
    throw error;
  }
  return readers;
}

function multiFilePlan({ type }: Task, objects: readonly StoredObject[]): string {
  const files = objects.map(({ key }) => key).join(', ');
  return `${type} task will initiate a multi-file task with ${objects.length} file(s). \r The files are: ${files}.`;
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
function checkRules(task: Task, set: BackupSet, instance: SqlInstance): () => void {
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
    createDatabase(task, set, instance);
  };
}

/** Reads every object to its end, with the progress lines of agent and engine. */
async function copy(
  { task, instance, log, signal }: RestoreRun,
  readers: readonly ObjectReader[],
  set: BackupSet,
): Promise<void> {
  const pace = new Pace(instance.clock, seconds.restore, signal);
  const total = readers.reduce((sum, { object }) => sum + object.size, 0);
  const done = new Map(readers.map((reader) => [reader, 0]));
  let percent = 0;
  const advance = async () => {
    const read = [...done.values()].reduce((sum, bytes) => sum + bytes, 0);
    const reached = Math.floor((100 * read) / total / enginePercentStep) * enginePercentStep;
    while (percent + enginePercentStep <= reached) {
      percent += enginePercentStep;
      await pace.reach(percent / 100);
      log.percent(percent);
      if (percent % (enginePercentStep * s3LineEvery) === 0 && percent < 100) {
        log.add(...readers.map((reader) => s3Progress(reader, percent)));
      }
      log.add(`${percent} percent processed.`);
    }
  };
  await Promise.all(
    readers.map((reader) =>
      reader.readThrough(async (bytes) => {
        done.set(reader, bytes);
        await advance();
      }, signal),
    ),
  );
  log.add(engineSummary(task, set, pace.elapsed));
  log.add(...readers.map(({ object }) => `${object.key}: S3 processing completed successfully`));
  log.add('Command execution completed successfully.');
}

/** Bytes of one ranged GET of the agent. */
const chunkBytes = 64 * 1024;

function s3Progress({ object }: ObjectReader, percent: number): string {
  const chunks = Math.max(1, Math.ceil(object.size / chunkBytes));
  const processedChunks = Math.min(chunks, Math.ceil((chunks * percent) / 100));
  const share = Number(((100 * processedChunks) / chunks).toFixed(2));
  return `${object.key}: Completed processing ${share}% of S3 chunks.`;
}

function engineSummary(task: Task, set: BackupSet, elapsed: number): string {
  const isLog = set.backupType === 'L';
  const pages = Math.max(1, Math.ceil((set.backupSize ?? set.backupSizeEstimate ?? 0) / pageBytes));
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
  return [...lines, processed(isLog ? 'LOG' : 'DATABASE', pages, elapsed)].join('  ');
}

const pagesOf = (bytes: number) => Math.ceil(bytes / pageBytes);
