import * as vscode from 'vscode';
import { keyId } from '../../core/aws/keyIdentity.js';
import { backupTypeText, productName } from '../../core/backupFile/describe.js';
import type { Finding } from '../../core/preflight/finding.js';
import { firstSet } from '../../core/preflight/restoreFacts.js';
import type { InfoItem, PickItem, PickRow } from '../input/steps.js';
import { engineWords } from '../views/instances/instanceText.js';
import { sourceName } from './backupSource.js';
import type { CheckedPlan } from './checkPlan.js';
import type { RestorePlan } from './restorePlan.js';
import { type WayOut, wayOutOf } from './wayOut.js';
import { wrapped } from './wrapped.js';

/** Characters that a row surely shows. */
const lineLength = 76;

export type SummaryChoice = WayOut | { readonly kind: 'restore' } | { readonly kind: 'copy-sql' };

/** The last page before a restore: what is in the way, what will be done, and by which statement. */
export function summaryRows(plan: RestorePlan, checked: CheckedPlan): PickRow<SummaryChoice>[] {
  const { findings, unchecked, sql } = checked;
  const blocks = findings.filter(({ severity }) => severity === 'blocks');
  const warns = findings.filter(({ severity }) => severity === 'warns');
  return [
    ...section(
      vscode.l10n.t('RDS would refuse this restore'),
      blocks.flatMap((finding) => findingRows(finding, 'error')),
    ),
    ...(blocks.length > 0 ? [] : [restoreRow(plan, checked)]),
    ...section(
      vscode.l10n.t('might make it fail'),
      warns.flatMap((finding) => findingRows(finding, 'warning')),
    ),
    ...section(
      vscode.l10n.t('could not be checked'),
      unchecked.map(({ what, why }) => ({
        info: true,
        label: what,
        detail: why,
        icon: 'question',
      })),
    ),
    ...section(vscode.l10n.t('restore'), planRows(plan, checked)),
    ...section(vscode.l10n.t('T-SQL'), sqlRows(sql)),
  ];
}

const section = (
  heading: string,
  rows: readonly PickRow<SummaryChoice>[],
): PickRow<SummaryChoice>[] => (rows.length === 0 ? [] : [{ heading }, ...rows]);

function restoreRow(
  { databaseName, instance }: RestorePlan,
  { findings, unchecked }: CheckedPlan,
): PickItem<SummaryChoice> {
  const value = { kind: 'restore' } as const;
  if (findings.length > 0) {
    const label = vscode.l10n.t('Restore {0} on {1} Anyway', databaseName, instance.id);
    return { label, icon: 'warning', value };
  }
  return {
    label: vscode.l10n.t('Restore {0} on {1}', databaseName, instance.id),
    description: unchecked.length > 0 ? '' : vscode.l10n.t('nothing known is in the way'),
    icon: 'play',
    value,
  };
}

/** The way out as a row to choose, and below it what is wrong: more than one row can hold. */
function findingRows(finding: Finding, icon: string): PickRow<SummaryChoice>[] {
  const value = wayOutOf(finding);
  return [
    { label: wayOutLabel(value), icon, value },
    ...said(`${finding.sentence} ${finding.wayOut}`),
  ];
}

const said = (text: string) =>
  wrapped(text, lineLength).map((label): InfoItem => ({ info: true, label }));

function wayOutLabel(way: WayOut): string {
  switch (way.kind) {
    case 'ask-name':
      return vscode.l10n.t('Choose Another Name…');
    case 'ask-source':
      return vscode.l10n.t('Choose Another Backup…');
    case 'ask-key':
      return vscode.l10n.t('Choose Another Key…');
    case 'ask-instance':
      return vscode.l10n.t('Choose Another Instance…');
    case 'check-again':
      return vscode.l10n.t('Check Again');
    case 'pass-key':
      return way.keyArn === undefined
        ? vscode.l10n.t('Restore without a Key')
        : vscode.l10n.t('Pass the Key {0}', keyId(way.keyArn));
  }
}

/** What was decided; choosing a row changes it. */
function planRows(
  { instance, source, databaseName, kmsKeyArn }: RestorePlan,
  { facts }: CheckedPlan,
): PickItem<SummaryChoice>[] {
  const set = firstSet(facts);
  const backup =
    set === undefined
      ? []
      : [backupTypeText(set), set.databaseName, productName(set.softwareVersion)];
  return [
    {
      label: databaseName,
      description: vscode.l10n.t('new database'),
      icon: 'database',
      value: { kind: 'ask-name' },
    },
    {
      label: instance.id,
      description: engineWords(instance.edition, instance.engineVersion),
      icon: 'server',
      value: { kind: 'ask-instance' },
    },
    {
      label: sourceName(source),
      detail: backup.join(' · '),
      icon: 'file',
      value: { kind: 'ask-source' },
    },
    {
      ...(kmsKeyArn === undefined
        ? {
            label: vscode.l10n.t('No key'),
            description: vscode.l10n.t('not client-side encrypted'),
          }
        : { label: vscode.l10n.t('KMS key'), detail: kmsKeyArn }),
      icon: 'key',
      value: { kind: 'ask-key' },
    },
  ];
}

function sqlRows(sql: string): PickRow<SummaryChoice>[] {
  const lines = sql
    .split('\n')
    .flatMap(inSight)
    .map((label): InfoItem => ({ info: true, label }));
  return [
    { label: vscode.l10n.t('Copy T-SQL'), icon: 'copy', value: { kind: 'copy-sql' } },
    ...lines,
  ];
}

/** A parameter whose value, an ARN, would end out of sight has it on a row of its own. */
function inSight(line: string): string[] {
  const [, name, value] = /^(\s*@\w+ =) (.+)$/.exec(line) ?? [];
  return line.length <= lineLength || name === undefined || value === undefined
    ? [line]
    : [name, `    ${value}`];
}
