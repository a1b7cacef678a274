import { parseS3Arn } from '../../core/aws/s3Arn.js';
import { formatS3Uri } from '../../core/aws/s3Uri.js';
import { type AwsSession } from '../../core/aws/session.js';
import { type Situation } from '../../core/diagnosis/situation.js';
import { type TaskRow } from '../../core/nativeTasks/taskRow.js';
import { listDatabases } from '../../core/sql/databases.js';
import { openBucket } from './bucket.js';
import { type Host } from '../host.js';
import { inspectObject } from './inspection.js';
import { connected, type Server } from './server.js';

/** A diagnosis must not keep anybody waiting for facts that do not come. */
const longestMs = 20_000;

/**
 * What can be found out about a failed task: the envelope of its object, the key passed, regions, the
 * instance and its databases. A fact that cannot be had is left out; nothing here fails.
 */
export async function situationOf(
  row: TaskRow,
  server: Server,
  session: AwsSession | undefined,
  host: Host,
  o: { readonly justFailed: boolean },
): Promise<Situation> {
  const signal = AbortSignal.any([host.signal, AbortSignal.timeout(longestMs)]);
  const [object, existingDatabases] = await Promise.all([
    session === undefined ? {} : objectFacts(row, session, signal).catch(() => ({})),
    // Later, a database of that name may be there for any reason.
    o.justFailed ? databaseNames(server, signal).catch(() => undefined) : undefined,
  ]);
  return {
    keyPassed: row.kmsKeyArn ?? null,
    databaseName: row.databaseName,
    existingDatabases,
    instance: instanceFacts(server),
    ...object,
  };
}

function instanceFacts({ instance }: Server): Situation['instance'] {
  if (instance === undefined) return undefined;
  const { id, region, engineVersion, backupRestore } = instance;
  const notReady = backupRestore.state === 'ready' ? undefined : backupRestore.reason;
  return { id, region, engineVersion, notReady };
}

async function databaseNames(server: Server, signal: AbortSignal): Promise<string[]> {
  const databases = await connected(
    server,
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
