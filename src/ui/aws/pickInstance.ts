import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import { EngineError } from '../../core/errors.js';
import { ask } from '../input/quickInput.js';
import type { PickItem } from '../input/steps.js';
import { instanceDescription } from '../views/instances/instanceText.js';
import type { AwsConnection } from './awsConnection.js';

/** The instances of the region as rows to choose from. @throws EngineError `aws/…` */
export async function instanceItems(aws: AwsConnection): Promise<PickItem<Instance>[]> {
  const { listInstances } = await import('../../core/aws/instances.js');
  const session = await aws.session();
  const found = await listInstances(session);
  if (found.length === 0) {
    throw new EngineError(
      'rds/no-instances',
      `There are no SQL Server instances in ${session.region} for this account.`,
    );
  }
  return found.map((instance) => ({
    label: instance.id,
    description: instanceDescription(instance),
    icon: 'server',
    value: instance,
  }));
}

/** The instance a command is about: of its row, given by other code, or chosen now. @throws CancelledError */
export async function instanceFor(
  subject: { readonly instance?: Instance | undefined } | undefined,
  aws: AwsConnection,
  title: string,
): Promise<Instance> {
  if (subject?.instance !== undefined) return subject.instance;
  return ask(title).pick({
    placeholder: vscode.l10n.t('Instance'),
    items: instanceItems(aws),
  });
}
