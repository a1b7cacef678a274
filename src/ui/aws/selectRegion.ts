import * as vscode from 'vscode';
import { regionsOf } from '../../core/aws/regions.js';
import { isRegion } from '../../core/aws/settings.js';
import { configuration, writeSetting } from '../configuration.js';
import { settingIds } from '../ids.js';
import { ask } from '../input/quickInput.js';
import type { PickItem } from '../input/steps.js';
import type { AwsConnection } from './awsConnection.js';

/** Asks for a region and writes it into the settings. @throws CancelledError */
export async function selectRegion(aws: AwsConnection): Promise<void> {
  const current = await currentRegion(aws);
  const region = await ask(vscode.l10n.t('Select AWS Region')).pick<string>({
    placeholder: vscode.l10n.t('Region of the instances; you can also type one'),
    items: [...regionsOf().map((known) => itemOf(known, current)), asProfileSays],
    preselect: (value) => value === current,
    typed: (text) =>
      isRegion(text) && !regionsOf().some(({ id }) => id === text)
        ? itemOf({ id: text, name: vscode.l10n.t('as typed') }, current)
        : undefined,
  });
  await writeSetting(settingIds.region, region);
  if (aws.place !== undefined) aws.use(undefined);
}

async function currentRegion(aws: AwsConnection): Promise<string | undefined> {
  try {
    return (await aws.session()).region;
  } catch {
    // Without a session there is still what the settings say, be it wrong.
    return configuration().region;
  }
}

const itemOf = (
  { id, name }: { readonly id: string; readonly name: string },
  current: string | undefined,
): PickItem<string> => ({
  label: id,
  description: name,
  icon: id === current ? 'check' : 'blank',
  value: id,
});

const asProfileSays: PickItem<string> = {
  label: vscode.l10n.t('As the profile says'),
  detail: vscode.l10n.t('AWS_REGION, then the region of the profile.'),
  icon: 'blank',
  value: '',
};
