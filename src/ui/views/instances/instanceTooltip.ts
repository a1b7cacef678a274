import * as vscode from 'vscode';
import { type Instance, engineText } from '../../../core/aws/instances.js';
import { plainMarkdown } from '../plainMarkdown.js';

/** What there is to know of an instance before signing in. */
export function instanceTooltip(instance: Instance): vscode.MarkdownString {
  const { endpoint, backupRestore, optionGroups } = instance;
  const text = new vscode.MarkdownString();
  const line = (label: string, value: string) => {
    text.appendMarkdown(`**${plainMarkdown(label)}** ${plainMarkdown(value)}  \n`);
  };
  text.appendMarkdown(`**${plainMarkdown(instance.id)}**\n\n`);
  line(vscode.l10n.t('Engine'), engineText(instance));
  line(vscode.l10n.t('State'), instance.status);
  line(
    vscode.l10n.t('Endpoint'),
    endpoint === undefined ? vscode.l10n.t('none yet') : `${endpoint.host}:${endpoint.port}`,
  );
  line(vscode.l10n.t('Storage'), `${instance.allocatedStorageGiB} GiB`);
  line(vscode.l10n.t('Multi-AZ'), instance.multiAz ? vscode.l10n.t('yes') : vscode.l10n.t('no'));
  line(
    vscode.l10n.t('Option group'),
    optionGroups.map(({ group, status }) => `${group} (${status})`).join(', '),
  );
  if (backupRestore.state === 'ready') {
    line(vscode.l10n.t('Backup and restore'), vscode.l10n.t('ready'));
    line(vscode.l10n.t('Role'), backupRestore.roleArn);
  } else {
    line(vscode.l10n.t('Backup and restore'), backupRestore.reason);
  }
  return text;
}
