import type { Instance } from '../aws/instances.js';
import { openBucket } from '../aws/openBucket.js';
import { parseS3Arn } from '../aws/s3Arn.js';
import { formatS3Uri } from '../aws/s3Uri.js';
import type { AwsSession } from '../aws/session.js';
import { inspectObject } from '../inspection/inspectObject.js';
import type { TaskRow } from '../nativeTasks/taskRow.js';
import { type Connect, connected } from '../sql/connected.js';
import { listDatabases } from '../sql/databases.js';
import type { Situation } from './situation.js';

/** A diagnosis must not keep anybody waiting for facts that do not come. */
const longestMs = 20_000;

export interface TaskSituation {
  /** undefined where AWS is not asked. */
  readonly session: AwsSession | undefined;
  /** The instance as RDS describes it; undefined when only its address is known. */
  readonly instance: Instance | undefined;
  readonly connect: Connect;
  /** Later, a database of the task's name may be there for any reason. */
  readonly justFailed: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What can be found out about a failed task: the envelope of its object, the key passed, regions, the
 * instance and its databases. A fact that cannot be had is left out; nothing here fails.
 */
export async function taskSituation(row: TaskRow, o: TaskSituation): Promise<Situation> {
  const { session, instance } = o;
  const limit = AbortSignal.timeout(longestMs);
  const signal = o.signal === undefined ? limit : AbortSignal.any([o.signal, limit]);
  const [object, existingDatabases] = await Promise.all([
    session === undefined ? {} : objectFacts(row, session, signal).catch(() => ({})),
    o.justFailed ? databaseNames(o.connect, signal).catch(() => undefined) : undefined,
  ]);
  return {
    keyPassed: row.kmsKeyArn ?? null,
    databaseName: row.databaseName,
    existingDatabases,
    instance: instance && instanceFacts(instance),
    ...object,
  };
}

function instanceFacts({ id, region, engineVersion, backupRestore }: Instance) {
  const notReady = backupRestore.state === 'ready' ? undefined : backupRestore.reason;
  return { id, region, engineVersion, notReady };
}

async function databaseNames(connect: Connect, signal: AbortSignal): Promise<string[]> {
  const databases = await connected(
    connect,
    (connection) => listDatabases(connection, signal),
    signal,
  );
  return databases.map(({ name }) => name);
}

/** Facts of the one object that the task was about; a set of files has no envelope of its own. */
async function objectFacts(
  row: TaskRow,
  session: AwsSession,
  signal: AbortSignal,
): Promise<Pick<Situation, 'object' | 'bucketRegion' | 'backupServerVersion'>> {
  const arn = parseS3Arn(row.s3ObjectArn ?? '');
  if (arn.kind !== 'bucket') return {};
  const bucket = await openBucket(session, arn.bucket, signal);
  if (arn.key.endsWith('*')) return { bucketRegion: bucket.region };
  const found = await inspectObject(arn, bucket, signal).catch(() => undefined);
  if (found === undefined) return { bucketRegion: bucket.region };
  const { object, facts, header } = found;
  const readability = facts?.readability;
  const envelope = object?.envelope;
  return {
    bucketRegion: bucket.region,
    backupServerVersion: header?.sets[0]?.softwareVersion,
    object: {
      location: formatS3Uri(arn),
      envelope:
        envelope === undefined
          ? null
          : {
              format: envelope.format,
              namedKey:
                envelope.wrap.kind === 'raw' ? undefined : envelope.wrap.context['kms_cmk_id'],
              wrappingKey: facts?.keyArn,
              unreadable: readability?.rds.canRead === 'no' ? readability.rds.why : undefined,
            },
    },
  };
}
