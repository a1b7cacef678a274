import * as vscode from 'vscode';
import { ask } from '../input/quickInput.js';

/** Asks for the code that an MFA device shows now. */
export function askMfaCode(serial: string): Promise<string> {
  return ask(vscode.l10n.t('AWS Sign-In')).text({
    prompt: vscode.l10n.t('Code of the MFA device {0}', serial),
    password: true,
    problem: (text) =>
      /^\d{6}$/.test(text) ? undefined : vscode.l10n.t('The code has six digits.'),
  });
}
