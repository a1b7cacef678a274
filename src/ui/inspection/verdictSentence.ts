import * as vscode from 'vscode';
import { keyId } from '../../core/aws/keyIdentity.js';
import type { RestoreVerdict } from './restoreVerdict.js';

/** The verdict for people, with the id of the key: its ARN is too long for a row. */
export function verdictSentence(verdict: RestoreVerdict): string {
  switch (verdict.kind) {
    case 'no-key':
      return vscode.l10n.t('Not client-side encrypted: RDS restores it without a key');
    case 'with-key':
      return vscode.l10n.t('RDS can restore this with key {0}', keyId(verdict.keyArn));
    case 'unproven':
      return vscode.l10n.t('RDS may be able to restore this: {0}', verdict.why);
    case 'not-opened':
      return vscode.l10n.t('RDS may restore this, but it does not open here: {0}', verdict.why);
    case 'never':
      return vscode.l10n.t('RDS cannot restore this: {0}', verdict.why);
  }
}
