import * as vscode from 'vscode';
import type { Instance } from '../../../core/aws/instances.js';
import { productName } from '../../../core/backupFile/describe.js';

/**
 * `SQL Server 2019 Standard · available`. What needs attention comes first, where a narrow side bar does
 * not cut it off: `option missing · SQL Server 2016 Standard · available`.
 */
export function instanceDescription(instance: Instance): string {
  const { edition, engineVersion, status } = instance;
  const available = status === 'available';
  return [
    available ? '' : status,
    shortReason(instance),
    engineWords(edition, engineVersion),
    available ? status : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** `SQL Server 2019 Standard` for `Standard Edition` and `15.00.4415.2.v1` or `15.00`. */
export const engineWords = (edition: string, engineVersion: string) =>
  `${productName(engineVersion)} ${edition.replace(/ Edition$/, '')}`;

/** In a few words; the row below the instance says all of it. */
export function shortReason({ backupRestore }: Instance): string {
  switch (backupRestore.state) {
    case 'ready':
      return '';
    case 'pending':
      return vscode.l10n.t('option group pending');
    case 'unknown':
      return vscode.l10n.t('option group not readable');
    case 'missing':
      switch (backupRestore.lacks) {
        case 'option':
          return vscode.l10n.t('option missing');
        case 'role':
          return vscode.l10n.t('role missing');
        case 'membership':
          return vscode.l10n.t('option group not in sync');
      }
  }
}
