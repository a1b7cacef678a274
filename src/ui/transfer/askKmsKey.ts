import * as vscode from 'vscode';
import { keyId } from '../../core/aws/keyIdentity.js';
import { parseKmsKeyArn } from '../../core/aws/kmsKeyArn.js';
import { EngineError } from '../../core/errors.js';
import type { PickItem, PickRow, StepInput } from '../input/steps.js';
import type { Services } from '../services.js';

/**
 * Asks for the KMS key that wraps the data keys: the symmetric, enabled customer keys of `region`, or an
 * ARN, key id or alias typed.
 * @param last ARN or alias of the choice before
 */
export function askKmsKey(
  services: Services,
  input: StepInput,
  region: string,
  last: string | undefined,
): Promise<string> {
  return input.pick<string>({
    placeholder: vscode.l10n.t('KMS key in {0} that wraps the data key; or paste an ARN', region),
    items: keyRows(services, region, last),
    preselect: (arn) => arn === last,
    typed: (text) => typedKey(text, region),
  });
}

/** The keys of a region to choose from; `last` is listed even where it is not among them. */
export async function keyRows(
  services: Services,
  region: string,
  last: string | undefined,
): Promise<PickRow<string>[]> {
  const { listKeys } = await import('../../core/aws/keys.js');
  const session = await services.aws.session();
  try {
    const { keys, undescribed } = await listKeys(session, region);
    const rows = keys.map((key): PickItem<string> => {
      const [alias, ...aliases] = key.aliases;
      return {
        label: alias ?? keyId(key.arn),
        icon: 'key',
        description: [...aliases, key.description].filter(Boolean).join(' · '),
        detail: key.arn,
        value: key.arn,
      };
    });
    const listed = rows.some(({ value }) => value === last);
    return [
      ...(last === undefined || listed ? [] : [lastRow(last)]),
      ...rows,
      ...(undescribed > 0
        ? [info(vscode.l10n.t('{0} keys may not be looked at', undescribed))]
        : []),
      ...(keys.length === 0
        ? [info(vscode.l10n.t('No symmetric, enabled customer key was found in {0}', region))]
        : []),
    ];
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'aws/access-denied') throw error;
    return [
      ...(last === undefined ? [] : [lastRow(last)]),
      info(vscode.l10n.t('These credentials may not list keys')),
    ];
  }
}

const lastRow = (key: string): PickItem<string> => ({
  label: key,
  icon: 'history',
  description: vscode.l10n.t('used last time'),
  value: key,
});

const info = (label: string): PickRow<string> => ({
  info: true,
  label,
  icon: 'info',
  detail: vscode.l10n.t('Paste the ARN of a key.'),
});

const keyIdForm = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}|alias\/.+)$/;

/** A key that was typed: ARN, id or alias; undefined for what is none. */
export function typedKey(text: string, region: string): PickItem<string> | undefined {
  if (keyIdForm.test(text)) return typed(text, '');
  try {
    const arn = parseKmsKeyArn(text);
    return typed(
      text,
      arn.region === region
        ? ''
        : vscode.l10n.t(
            'lies in {0}, the bucket in {1}: RDS needs both in one',
            arn.region,
            region,
          ),
    );
  } catch {
    return undefined;
  }
}

const typed = (key: string, detail: string): PickItem<string> => ({
  label: vscode.l10n.t('Use {0}', key),
  icon: 'arrow-right',
  detail,
  value: key,
});
