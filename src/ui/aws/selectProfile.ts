import * as vscode from 'vscode';
import { configuration, writeSetting } from '../configuration.js';
import { settingIds } from '../ids.js';
import { ask } from '../input/quickInput.js';
import type { AwsConnection } from './awsConnection.js';
import { profileItems } from './profileItems.js';

/** Asks for a profile and writes it into the settings. @throws CancelledError */
export async function selectProfile(aws: AwsConnection): Promise<void> {
  const { listProfiles } = await import('../../core/aws/profiles.js');
  const current = configuration().profile;
  const name = await ask(vscode.l10n.t('Select AWS Profile')).pick({
    placeholder: vscode.l10n.t('Profile of your AWS config and credentials files'),
    items: listProfiles().then((profiles) => profileItems(profiles, current)),
    preselect: (value) => value === (current ?? ''),
  });
  await writeSetting(settingIds.profile, name);
  // Whoever chooses a profile wants to work with it, not with a place that something else has set.
  if (aws.place !== undefined) aws.use(undefined);
}
