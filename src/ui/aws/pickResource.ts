import * as vscode from 'vscode';
import type { ConsoleTarget } from '../../core/aws/consoleUrl.js';
import { ask } from '../input/quickInput.js';
import type { PickItem, PickRow } from '../input/steps.js';
import type { AwsConnection } from './awsConnection.js';

/** Something at AWS that has an ARN and a page in the console. */
export interface Resource {
  readonly arn: string;
  readonly target: ConsoleTarget;
}

/** Asks for an instance or an option group of the region. @throws CancelledError; EngineError `aws/…` */
export function pickResource(aws: AwsConnection, title: string): Promise<Resource> {
  return ask(title).pick({
    placeholder: vscode.l10n.t('Instance or option group'),
    items: resourceRows(aws),
  });
}

async function resourceRows(aws: AwsConnection): Promise<PickRow<Resource>[]> {
  const { listInstances } = await import('../../core/aws/instances.js');
  const { listOptionGroups } = await import('../../core/aws/optionGroups.js');
  const session = await aws.session();
  const { region } = session;
  const [instances, groups] = await Promise.all([
    listInstances(session),
    listOptionGroups(session),
  ]);
  return [
    { heading: vscode.l10n.t('Instances') },
    ...instances.map(({ id, arn }): PickItem<Resource> => ({
      label: id,
      icon: 'server',
      value: { arn, target: { kind: 'instance', region, id } },
    })),
    { heading: vscode.l10n.t('Option groups') },
    ...groups.map(({ name, arn }): PickItem<Resource> => ({
      label: name,
      icon: 'settings',
      value: { arn, target: { kind: 'option-group', region, name } },
    })),
  ];
}
