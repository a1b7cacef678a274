import * as vscode from 'vscode';
import { keyId } from '../../core/aws/keyIdentity.js';
import type { PickRow, StepInput } from '../input/steps.js';
import type { Services } from '../services.js';
import { keyRows, typedKey } from '../transfer/askKmsKey.js';
import type { BackupGlance } from './lookIntoBackup.js';

/**
 * Asks for the key to pass: the one that encrypted the backup, no key, or another.
 * @returns the key's ARN; undefined to pass none
 * @throws CancelledError; EngineError `kms/…`, `aws/…` when an alias or id cannot be looked up
 */
export async function askKey(
  services: Services,
  input: StepInput,
  o: {
    /** RDS uses only keys of the instance's region. */
    readonly region: string;
    readonly glance: BackupGlance;
    /** The choice before. */
    readonly chosen: string | undefined;
  },
): Promise<string | undefined> {
  const { keyArn: found } = o.glance;
  const preselected = o.chosen ?? found ?? '';
  const items = keyRows(services, o.region, undefined).then((rows): PickRow<string>[] => [
    ...(found === undefined ? [] : [foundRow(found, rows)]),
    noKeyRow(o.glance),
    ...rows.filter((row) => !('value' in row) || row.value !== found),
  ]);
  const key = await input.pick<string>({
    placeholder: vscode.l10n.t('KMS key that encrypted the backup, or paste an ARN'),
    items,
    waiting: vscode.l10n.t('Looking for keys…'),
    preselect: (value) => value === preselected,
    typed: (text) => typedKey(text, o.region),
  });
  if (key === '') return undefined;
  const { keyArn } = await import('../../core/aws/keyArn.js');
  return keyArn(await services.aws.session(), key);
}

/** The key by the name that the list has for it. */
function foundRow(arn: string, rows: readonly PickRow<string>[]): PickRow<string> {
  const listed = rows.find((row) => 'value' in row && row.value === arn);
  const label = listed !== undefined && 'label' in listed ? listed.label : keyId(arn);
  return {
    label,
    icon: 'pass',
    description: vscode.l10n.t('encrypted this backup'),
    detail: arn,
    value: arn,
  };
}

const noKeyRow = ({ encrypted }: BackupGlance): PickRow<string> => ({
  label: vscode.l10n.t('No Key'),
  icon: 'circle-slash',
  description: vscode.l10n.t('for a backup without client-side encryption'),
  detail: encrypted === true ? vscode.l10n.t('This backup is encrypted.') : undefined,
  value: '',
});
