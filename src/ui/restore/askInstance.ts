import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import { EngineError } from '../../core/errors.js';
import type { PickRow, StepInput } from '../input/steps.js';
import type { Services } from '../services.js';
import { instanceDescription } from '../views/instances/instanceText.js';

const memoryKey = 'restore.lastInstance';

/**
 * Asks for the instance to restore on and signs in to it. Those that cannot take the task yet come
 * last, with the reason: what is in the way may be gone when the restore starts.
 */
export async function askInstance(
  services: Services,
  input: StepInput,
  chosen: Instance | undefined,
): Promise<Instance> {
  const last = chosen?.arn ?? services.context.workspaceState.get<string>(memoryKey);
  const instance = await input.pick<Instance>({
    placeholder: vscode.l10n.t('Instance to restore on'),
    items: instanceRows(services),
    waiting: vscode.l10n.t('Looking for instances…'),
    preselect: ({ arn }) => arn === last,
  });
  await signInTo(services, instance);
  return instance;
}

/** Signs in unless somebody has: names and tasks of the instance are needed before it restores. */
export async function signInTo({ logins, context }: Services, instance: Instance): Promise<void> {
  if (!logins.isSignedIn(instance.arn)) await logins.signIn(instance);
  await context.workspaceState.update(memoryKey, instance.arn);
}

async function instanceRows({ aws, logins }: Services): Promise<PickRow<Instance>[]> {
  const { listInstances } = await import('../../core/aws/instances.js');
  const session = await aws.session();
  const instances = await listInstances(session);
  if (instances.length === 0) {
    throw new EngineError(
      'restore/no-instance',
      vscode.l10n.t('There is no SQL Server instance in {0}.', session.region),
    );
  }
  const row = (instance: Instance) => ({
    label: instance.id,
    description: [
      instanceDescription(instance),
      ...(logins.isSignedIn(instance.arn) ? [vscode.l10n.t('signed in')] : []),
    ].join(' · '),
    detail: isReady(instance) ? undefined : notReadyReason(instance),
    icon: isReady(instance) ? 'server' : 'warning',
    value: instance,
  });
  const ready = instances.filter(isReady).map(row);
  const others = instances.filter((instance) => !isReady(instance)).map(row);
  return others.length === 0
    ? ready
    : [...ready, { heading: vscode.l10n.t('not ready for a restore') }, ...others];
}

const isReady = ({ status, backupRestore }: Instance) =>
  status === 'available' && backupRestore.state === 'ready';

const notReadyReason = ({ status, backupRestore }: Instance) =>
  backupRestore.state === 'ready'
    ? vscode.l10n.t('It is {0}, not available.', status)
    : backupRestore.reason;
