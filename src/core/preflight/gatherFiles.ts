import { type Bucket, openBucket } from '../aws/openBucket.js';
import { parseS3Arn } from '../aws/s3Arn.js';
import { formatS3Uri, type S3Location } from '../aws/s3Uri.js';
import type { AwsSession } from '../aws/session.js';
import { EngineError } from '../errors.js';
import { inspectObject } from '../inspection/inspectObject.js';
import type { Inspection } from '../inspection/inspection.js';
import { restoreLimits } from '../nativeTasks/limits.js';
import { s3Error } from '../transfer/s3Errors.js';
import type { LookUp } from './lookUp.js';
import {
  type BackupFiles,
  isFileSet,
  type PlannedRestore,
  type RestoreFacts,
} from './restoreFacts.js';

/** Failures to read a file that the rules tell of themselves. */
const telling = /^(?:backupFile\/|envelope\/|s3\/archived$)/;

/** The bucket's region and what is in the objects that the ARN matches. */
export async function gatherFiles(
  restore: PlannedRestore,
  session: AwsSession,
  lookUp: LookUp,
): Promise<Pick<RestoreFacts, 'bucket' | 'files'>> {
  const place = await lookUp.attempt(`the backup ${restore.s3Arn}`, () =>
    Promise.resolve(bucketLocation(restore.s3Arn)),
  );
  if (place === undefined) return {};
  const name = place.bucket;
  const bucket = await lookUp.attempt(`the bucket ${name} and the backup in it`, () =>
    bucketOrNull(session, name, lookUp.signal),
  );
  if (bucket === undefined) return {};
  if (bucket === null) return { bucket: { name, region: null } };
  const files = await lookUp.attempt(`the backup ${formatS3Uri(place)}`, () =>
    isFileSet(restore) ? fileSet(place, bucket, lookUp) : oneFile(place, bucket, lookUp),
  );
  return { bucket: { name, region: bucket.region }, files };
}

function bucketLocation(s3Arn: string): S3Location {
  const arn = parseS3Arn(s3Arn);
  if (arn.kind === 'bucket') return arn;
  throw new EngineError(
    'preflight/access-point',
    'It is named by an access point; only objects named by their bucket are looked at.',
  );
}

async function bucketOrNull(
  session: AwsSession,
  bucket: string,
  signal: AbortSignal,
): Promise<Bucket | null> {
  try {
    return await openBucket(session, bucket, signal);
  } catch (error) {
    if (error instanceof EngineError && error.code === 's3/no-such-bucket') return null;
    throw error;
  }
}

async function oneFile(place: S3Location, bucket: Bucket, lookUp: LookUp): Promise<BackupFiles> {
  const location = formatS3Uri(place);
  const found = await inspect(place, bucket, lookUp);
  return found === 'missing'
    ? { location, count: 0, inspected: [] }
    : { location, count: 1, inspected: [found] };
}

async function fileSet(place: S3Location, bucket: Bucket, lookUp: LookUp): Promise<BackupFiles> {
  const location = formatS3Uri(place);
  const keys = await listKeys(place, bucket, lookUp.signal);
  const count = keys.length;
  if (count > restoreLimits.files) return { location, count, inspected: [] };
  const found = await Promise.all(
    keys.map((key) => inspect({ bucket: place.bucket, key }, bucket, lookUp)),
  );
  return { location, count, inspected: found.filter((file) => file !== 'missing') };
}

async function listKeys(place: S3Location, { s3 }: Bucket, signal: AbortSignal): Promise<string[]> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const command = new ListObjectsV2Command({
    Bucket: place.bucket,
    Prefix: place.key.slice(0, -1),
    MaxKeys: restoreLimits.files + 1,
  });
  try {
    const { Contents = [] } = await s3.send(command, { abortSignal: signal });
    return Contents.flatMap(({ Key }) => Key ?? []);
  } catch (error) {
    throw s3Error(error, place, 'list');
  }
}

/** What is in one object; notes what could not be read of it. */
async function inspect(
  place: S3Location,
  bucket: Bucket,
  lookUp: LookUp,
): Promise<Inspection | 'missing'> {
  const location = formatS3Uri(place);
  try {
    const found = await inspectObject(place, bucket, lookUp.signal);
    noteContent(found, lookUp);
    return found;
  } catch (error) {
    const code = error instanceof EngineError ? error.code : '';
    if (code === 's3/no-such-object') return 'missing';
    if (!telling.test(code)) lookUp.note(`the object ${location}`, error);
    return { location, error };
  }
}

function noteContent({ location, header, error }: Inspection, lookUp: LookUp): void {
  const code = error instanceof EngineError ? error.code : '';
  if (error !== undefined && !telling.test(code)) lookUp.note(`the content of ${location}`, error);
  const closed = header?.warnings.find(({ code: warning }) => warning === 'header-unreadable');
  if (closed !== undefined && header?.sets.length === 0) {
    lookUp.note(`type and version of the backup in ${location}`, closed.message);
  }
}
