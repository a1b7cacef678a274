import { connected } from '../../core/sql/connected.js';
import type { TaskKey } from '../nativeTasks/nativeTasks.js';
import type { Services } from '../services.js';
import { parametersOf, type RestorePlan } from './restorePlan.js';

/**
 * Queues the restore and follows it. Without a signal: a request that is cut short leaves open whether
 * the restore is queued.
 * @throws EngineError `sql/…`, `task/submit-uncertain`, `restore/…`
 */
export async function startRestore(
  { logins, tasks }: Services,
  plan: RestorePlan,
  { interactive }: { readonly interactive: boolean },
): Promise<TaskKey> {
  const [{ restoreDatabase }, { submitTask }] = await Promise.all([
    import('../../core/nativeTasks/statements.js'),
    import('../../core/nativeTasks/submitTask.js'),
  ]);
  const { instance } = plan;
  const statement = restoreDatabase(parametersOf(plan));
  const { taskId } = await connected(
    () => logins.connect(instance, { interactive }),
    (connection) => submitTask(connection, statement),
  );
  tasks.follow(instance, taskId);
  return { instanceArn: instance.arn, instanceId: instance.id, taskId };
}
