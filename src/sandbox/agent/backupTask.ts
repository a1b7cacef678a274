import { createCipheriv, randomBytes } from 'node:crypto';
import { blockBytes, header } from '../../core/envelope/format.js';
import type { RoleAccess, StoredObject } from '../contract.js';
import type { Database, RestoreSource } from '../sqlserver/instanceState.js';
import type { SqlInstance } from '../sqlserver/sqlInstance.js';
import { processed } from './engineMessages.js';
import type { ObjectReader } from './objectReader.js';
import { Pace } from './pace.js';
import { moveAll, Progress } from './progress.js';
import { parseS3Location } from './s3Location.js';
import { assumeRole, checkKey, checkRegion, multiFilePlan, openObjects } from './s3Objects.js';
import type { Task } from './task.js';
import { exceptionFailure, kmsFailure, s3Failure, TaskFailure } from './taskFailure.js';
import type { TaskRun } from './taskRun.js';

/** Sandbox seconds of the phases of a small backup. */
const seconds = { lookUp: 1, backup: 20 } as const;

/**
 * A backup to S3 as the RDS agent runs it. The sandbox has no rows to back up: what it writes is the
 * backup that the database was restored from, and its log says so. @throws TaskFailure
 */
export async function runBackup(run: TaskRun): Promise<void> {
  const { task, instance, log, signal } = run;
  await instance.clock.sleep(seconds.lookUp, signal);
  const access = assumeRole(instance);
  const arn = task.s3Arn ?? '';
  const { bucket } = parseS3Location(arn);
  checkRegion(bucket, access, instance);
  if (task.kmsKeyArn !== null) checkKey(task.kmsKeyArn, access);
  log.add('Task execution has started.');
  const keys = targetKeys(task, arn.slice(arn.indexOf('/') + 1));
  if (keys.length > 1) log.add(multiFilePlan(task.type, keys));
  if (!task.overwrite) for (const key of keys) await checkAbsent(bucket, key, access);
  const source = sourceOf(task, instance);
  const readers = openObjects(await sourceObjects(source, access), access, source.kmsKeyArn);
  try {
    run.opened(keys);
    log.add(
      `The sandbox writes the backup that database ${task.databaseName} was restored from; it has no rows of its own.`,
    );
    await write(run, bucket, keys, readers, source, access);
  } finally {
    for (const reader of readers) reader.zeroKey();
  }
}

/** With several files the asterisk becomes `1-of-N`, `2-of-N`…; with one it stays what it is. */
function targetKeys({ fileCount }: Task, key: string): string[] {
  if (fileCount === 1) return [key];
  return Array.from({ length: fileCount }, (_, at) =>
    key.replace('*', `${at + 1}-of-${fileCount}`),
  );
}

async function checkAbsent(bucket: string, key: string, access: RoleAccess): Promise<void> {
  let found: boolean;
  try {
    found = (await access.listObjects(bucket, key)).some((object) => object.key === key);
  } catch (error) {
    throw s3Failure(error);
  }
  if (found) {
    throw new TaskFailure('service', [
      'Please reissue task with correct type and overwrite property',
      'Task has been aborted',
    ]);
  }
}

function sourceOf(task: Task, instance: SqlInstance): RestoreSource {
  const database: Database | undefined = instance.database(task.databaseName);
  if (!database) throw exceptionFailure(`Database '${task.databaseName}' does not exist.`);
  const { source } = database;
  if (!source) {
    throw exceptionFailure(
      `The sandbox can back up a database only as one full backup left it, and ${database.name} has had other backups restored since.`,
    );
  }
  if (source.objects.length !== task.fileCount) {
    throw exceptionFailure(
      `The sandbox can back up ${database.name} only to ${source.objects.length} file(s), as it was restored.`,
    );
  }
  return source;
}

async function sourceObjects(source: RestoreSource, access: RoleAccess): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for (const { bucket, key, etag } of source.objects) {
    const gone = () =>
      exceptionFailure(
        `The sandbox cannot back the database up: s3://${bucket}/${key}, which it was restored from, is no longer there as it was.`,
      );
    let object: StoredObject;
    try {
      object = await access.headObject(bucket, key);
    } catch {
      throw gone();
    }
    if (object.etag !== etag) throw gone();
    objects.push(object);
  }
  return objects;
}

async function write(
  { task, instance, log, signal }: TaskRun,
  bucket: string,
  keys: readonly string[],
  readers: readonly ObjectReader[],
  source: RestoreSource,
  access: RoleAccess,
): Promise<void> {
  const pace = new Pace(instance.clock, seconds.backup, signal);
  const files = readers.map((reader, at) => ({
    reader,
    key: keys[at] ?? '',
    size: reader.object.size,
  }));
  const progress = new Progress(log, pace, files);
  await moveAll(files, signal, async (file, stop) => {
    const content = async function* () {
      for await (const { plain, position } of file.reader.content(stop)) {
        await progress.reach(file, position);
        yield plain;
      }
    };
    await writeOne(bucket, file.key, content(), task.kmsKeyArn, access);
  });
  log.add(processed('BACKUP', 'DATABASE', source.pages, pace.elapsed));
  log.add(...keys.map((key) => `${key}: S3 processing completed successfully`));
  log.add('Command execution completed successfully.');
}

/** Plain, or client-side encrypted in the V1 format with a data key of its own. */
async function writeOne(
  bucket: string,
  key: string,
  content: AsyncIterable<Buffer>,
  keyArn: string | null,
  access: RoleAccess,
): Promise<void> {
  if (keyArn === null) {
    await withS3Words(access.writeObject(bucket, key, {}, content));
    return;
  }
  let dataKey: ReturnType<RoleAccess['generateDataKey']>;
  try {
    dataKey = access.generateDataKey(keyArn);
  } catch (error) {
    throw kmsFailure(error, keyArn);
  }
  const iv = randomBytes(blockBytes);
  const metadata = {
    [header.keyV1]: dataKey.blob.toString('base64'),
    [header.iv]: iv.toString('base64'),
    [header.materialDescription]: '{}',
  };
  try {
    const encrypted = encrypt(content, dataKey.plaintext, iv);
    await withS3Words(access.writeObject(bucket, key, metadata, encrypted));
  } finally {
    dataKey.plaintext.fill(0);
  }
}

async function withS3Words(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    throw s3Failure(error);
  }
}

async function* encrypt(
  content: AsyncIterable<Buffer>,
  key: Buffer,
  iv: Buffer,
): AsyncGenerator<Buffer> {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  for await (const piece of content) yield cipher.update(piece);
  yield cipher.final();
}
