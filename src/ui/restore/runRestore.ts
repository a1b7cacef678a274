import type { Finding, Unchecked } from '../../core/preflight/finding.js';
import { EngineError } from '../../core/errors.js';
import type { NativeTask, TaskKey } from '../nativeTasks/nativeTasks.js';
import { untilEnd } from '../nativeTasks/untilEnd.js';
import type { Services } from '../services.js';
import { parseSource } from './backupSource.js';
import { checkPlan } from './checkPlan.js';
import type { RestorePlan } from './restorePlan.js';
import { startRestore } from './startRestore.js';

/** A restore as it stands in tasks.json. */
export interface RestoreRequest {
  readonly instanceId: string;
  /** `s3://bucket/key`, `s3://bucket/prefix*`, or an ARN. */
  readonly objectUri: string;
  readonly databaseName: string;
  /** ARN, key id or alias; undefined for a backup that is not encrypted. */
  readonly kmsKeyArn?: string | undefined;
}

export interface RunRestoreOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether to ask for the password of the instance when it is needed. */
  readonly interactive: boolean;
  /** Told before the restore starts: what might make it fail, and what could not be checked. */
  readonly onChecked?: (o: {
    readonly warnings: readonly Finding[];
    readonly unchecked: readonly Unchecked[];
  }) => void;
}

export interface StartedRestore {
  readonly task: TaskKey;
  /**
   * The task as it ended, whichever way. Rejects with `task/not-followed` when following it ended
   * before, with CancelledError when the signal aborts; the task itself goes on.
   */
  readonly ended: Promise<NativeTask>;
}

/**
 * Checks a restore, starts it and follows it, without a question about it.
 * @throws EngineError `restore/refused` when the checks say that RDS would refuse it, `restore/bad-object`,
 *   `restore/…`, `rds/…`, `sql/…`, `kms/…`, `aws/…`; CancelledError
 */
export async function runRestore(
  services: Services,
  request: RestoreRequest,
  o: RunRestoreOptions,
): Promise<StartedRestore> {
  const plan = await planOf(services, request, o.signal);
  const { findings, unchecked } = await checkPlan(services, plan, o);
  const blocks = findings.filter(({ severity }) => severity === 'blocks');
  if (blocks.length > 0) {
    const sentences = blocks.map(({ sentence, wayOut }) => `${sentence} ${wayOut}`);
    throw new EngineError('restore/refused', sentences.join('\n'));
  }
  o.onChecked?.({ warnings: findings, unchecked });
  o.signal?.throwIfAborted();
  const task = await startRestore(services, plan, o);
  return { task, ended: untilEnd(services.tasks, task, o.signal) };
}

async function planOf(
  { aws }: Services,
  { instanceId, objectUri, databaseName, kmsKeyArn: key }: RestoreRequest,
  signal: AbortSignal | undefined,
): Promise<RestorePlan> {
  const session = await aws.session();
  const source = parseSource(objectUri, session.partition);
  if (source === undefined) {
    throw new EngineError(
      'restore/bad-object',
      `“${objectUri}” names no object. Write s3://bucket/key, s3://bucket/prefix* for a backup of ` +
        'several files, or an ARN.',
    );
  }
  const [{ describeInstance }, { keyArn }] = await Promise.all([
    import('../../core/aws/instances.js'),
    import('../../core/aws/keyArn.js'),
  ]);
  return {
    instance: await describeInstance(session, instanceId, signal),
    source,
    databaseName,
    kmsKeyArn: key === undefined ? undefined : await keyArn(session, key, signal),
  };
}
