import * as vscode from 'vscode';
import type { ProfileEntry, ProfileKind } from '../../core/aws/profiles.js';
import type { PickItem } from '../input/steps.js';

/**
 * The profiles to choose from, the current one marked. The empty name stands for the default chain.
 * @param current undefined when no profile is set
 */
export function profileItems(
  profiles: readonly ProfileEntry[],
  current: string | undefined,
): PickItem<string>[] {
  const mark = (name: string) => (name === (current ?? '') ? 'check' : 'blank');
  return [
    ...profiles.map(({ name, kind, region }) => ({
      label: name,
      description: [kindName(kind), region].filter(Boolean).join(' · '),
      icon: mark(name),
      value: name,
    })),
    {
      label: vscode.l10n.t('Default credential chain'),
      detail: vscode.l10n.t(
        'AWS_PROFILE, environment variables, the profile “default”, the role of this machine.',
      ),
      icon: mark(''),
      value: '',
    },
  ];
}

function kindName(kind: ProfileKind): string {
  switch (kind) {
    case 'keys':
      return vscode.l10n.t('access keys');
    case 'sso':
      return vscode.l10n.t('SSO');
    case 'role':
      return vscode.l10n.t('role');
    case 'process':
      return vscode.l10n.t('program');
    case 'other':
      return '';
  }
}
