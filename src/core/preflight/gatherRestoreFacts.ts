import { describeKey, type KeyDescription } from '../aws/describeKey.js';
import type { Instance } from '../aws/instances.js';
import type { AwsSession } from '../aws/session.js';
import { EngineError } from '../errors.js';
import { taskStatus } from '../nativeTasks/statements.js';
import { readTaskRows } from '../nativeTasks/taskRow.js';
import { type Connect, connected } from '../sql/connected.js';
import { listDatabases } from '../sql/databases.js';
import { readInstanceFacts } from '../sql/instanceFacts.js';
import type { Unchecked } from './finding.js';
import { gatherFiles } from './gatherFiles.js';
import { LookUp } from './lookUp.js';
import { instanceName, type PlannedRestore, type RestoreFacts } from './restoreFacts.js';

/** A part of the check: the files in S3, the key, the SQL Server. */
export type CheckStep = 'files' | 'key' | 'server';

export interface GatherRestoreFacts {
  readonly session: AwsSession;
  /** undefined when only its address is known. */
  readonly instance: Instance | undefined;
  readonly connect: Connect;
  readonly restore: PlannedRestore;
  readonly signal?: AbortSignal | undefined;
  /** A part is done. */
  readonly onStep?: ((done: CheckStep) => void) | undefined;
}

/** What is known, for `checkRestore`, and what could not be looked up. */
export interface GatheredFacts {
  readonly facts: RestoreFacts;
  readonly unchecked: readonly Unchecked[];
}

/**
 * Looks up, all at once, what can make a restore fail. Some hundred kilobytes of each object are read.
 * What cannot be looked up is listed and not thrown.
 * @throws CancelledError
 */
export async function gatherRestoreFacts(o: GatherRestoreFacts): Promise<GatheredFacts> {
  const { session, instance, restore } = o;
  const lookUp = new LookUp(o.signal);
  const step = async <T>(name: CheckStep, facts: Promise<T>): Promise<T> => {
    const found = await facts;
    o.onStep?.(name);
    return found;
  };
  noteInstance(instance, lookUp);
  const [files, key, server] = await Promise.all([
    step('files', gatherFiles(restore, session, lookUp)),
    step('key', gatherKey(restore.kmsKeyArn, session, lookUp)),
    step('server', gatherServer(o, lookUp)),
  ]);
  return { facts: { restore, instance, key, ...files, ...server }, unchecked: lookUp.unchecked };
}

function noteInstance(instance: Instance | undefined, lookUp: LookUp): void {
  if (instance === undefined) {
    const why = 'Only the address of the SQL Server is given, not the id of the instance.';
    lookUp.note('region, state and options of the instance', why);
  } else if (instance.backupRestore.state === 'unknown') {
    const { id, backupRestore } = instance;
    lookUp.note(`whether native backup and restore is ready on ${id}`, backupRestore.reason);
  }
}

async function gatherKey(
  key: string | undefined,
  session: AwsSession,
  lookUp: LookUp,
): Promise<KeyDescription | null | undefined> {
  if (key === undefined) return undefined;
  return lookUp.attempt(`the KMS key ${key}`, async () => {
    try {
      return await describeKey(session, key, lookUp.signal);
    } catch (error) {
      if (error instanceof EngineError && error.code === 'kms/key-not-found') return null;
      throw error;
    }
  });
}

/** Signing in may ask for a password, so only the caller ends it. */
async function gatherServer(
  { connect, signal, instance }: GatherRestoreFacts,
  lookUp: LookUp,
): Promise<Pick<RestoreFacts, 'databases' | 'tasks' | 'engine'> | undefined> {
  const name = instanceName({ instance });
  return lookUp.attempt(`the databases and tasks of ${name}`, () =>
    connected(
      connect,
      async (connection) => ({
        databases: await lookUp.attempt(`the databases of ${name}`, () =>
          listDatabases(connection, signal),
        ),
        tasks: await lookUp.attempt(`the tasks of ${name}`, async () =>
          readTaskRows(await connection.run(taskStatus(), signal)),
        ),
        engine: await lookUp.attempt(`version and edition of ${name}`, () =>
          readInstanceFacts(connection, signal),
        ),
      }),
      signal,
    ),
  );
}
