import type { Bucket } from '../../core/aws/openBucket.js';
import type { S3Location } from '../../core/aws/s3Uri.js';
import { isCancelled } from '../../core/errors.js';
import { failureSentence } from '../failures/failureSentence.js';
import type { Services } from '../services.js';
import { nameByKey, type BackupSource } from './backupSource.js';

/** What a backup tells that fills in answers; the checks before the restore look closer. */
export interface BackupGlance {
  /** undefined where nobody could look. */
  readonly encrypted: boolean | undefined;
  /** The key that wrapped its data key, where KMS told. */
  readonly keyArn: string | undefined;
  readonly databaseName: string;
}

/** Milliseconds after which a name is suggested without the header. */
const longestMs = 10_000;

/** Looks into the object, or the first of several. What cannot be seen is left open; throws nothing. */
export async function lookIntoBackup(
  { aws, log }: Services,
  source: BackupSource,
): Promise<BackupGlance> {
  const nothing = { encrypted: undefined, keyArn: undefined, databaseName: nameByKey(source) };
  const { location } = source;
  if (location === undefined) return nothing;
  const signal = AbortSignal.timeout(longestMs);
  try {
    const [{ openBucket }, { inspectObject }] = await Promise.all([
      import('../../core/aws/openBucket.js'),
      import('../../core/inspection/inspectObject.js'),
    ]);
    const bucket = await openBucket(await aws.session(), location.bucket, signal);
    const first = await firstObject(bucket, location, signal);
    if (first === undefined) return nothing;
    const { object, facts, header } = await inspectObject(first, bucket, signal);
    return {
      encrypted: object?.envelope !== undefined,
      keyArn: facts?.keyArn,
      databaseName: header?.sets[0]?.databaseName || nothing.databaseName,
    };
  } catch (error) {
    if (!isCancelled(error)) log.info(`Looking into ${source.s3Arn}: ${failureSentence(error)}`);
    return nothing;
  }
}

async function firstObject(
  { s3 }: Bucket,
  location: S3Location,
  signal: AbortSignal,
): Promise<S3Location | undefined> {
  const { bucket, key } = location;
  if (!key.endsWith('*')) return location;
  const { listObjects } = await import('../../core/aws/objects.js');
  const page = await listObjects(s3, { bucket, prefix: key.slice(0, -1), pageSize: 1 }, signal);
  const [first] = page.objects;
  return first && { bucket, key: first.key };
}
