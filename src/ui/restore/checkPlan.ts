import type { Finding, Unchecked } from '../../core/preflight/finding.js';
import type { RestoreFacts } from '../../core/preflight/restoreFacts.js';
import type { Services } from '../services.js';
import { parametersOf, type RestorePlan } from './restorePlan.js';

export interface CheckedPlan {
  readonly facts: RestoreFacts;
  readonly findings: readonly Finding[];
  readonly unchecked: readonly Unchecked[];
  /** The statement as text for people. */
  readonly sql: string;
}

export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether to ask for the password when it is needed. */
  readonly interactive: boolean;
}

/**
 * Looks up what could make the restore fail.
 * @throws CancelledError; EngineError `aws/…` without a session, `restore/…` for bad parameters
 */
export async function checkPlan(
  { aws, logins }: Services,
  plan: RestorePlan,
  { signal, interactive }: CheckOptions,
): Promise<CheckedPlan> {
  const [{ gatherRestoreFacts }, { checkRestore }, { restoreDatabase }, { renderStatement }] =
    await Promise.all([
      import('../../core/preflight/gatherRestoreFacts.js'),
      import('../../core/preflight/checkRestore.js'),
      import('../../core/nativeTasks/statements.js'),
      import('../../core/nativeTasks/renderStatement.js'),
    ]);
  const { instance } = plan;
  const sql = renderStatement(restoreDatabase(parametersOf(plan)));
  const { facts, unchecked } = await gatherRestoreFacts({
    session: await aws.session(),
    instance,
    connect: (connectSignal) => logins.connect(instance, { interactive, signal: connectSignal }),
    restore: parametersOf(plan),
    signal,
  });
  return { facts, findings: checkRestore(facts), unchecked, sql };
}
