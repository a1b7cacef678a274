import type { OptionGroup } from '@aws-sdk/client-rds';

/** The option that native backup and restore needs, and its setting. */
export const backupRestoreOption = 'SQLSERVER_BACKUP_RESTORE';
export const roleSetting = 'IAM_ROLE_ARN';

/** Membership of an instance in an option group. */
export interface Membership {
  readonly group: string;
  /** `in-sync`, `applying`, `pending-apply`, `pending-removal`, `failed`… */
  readonly status: string;
}

/** What an instance lacks: the option, its IAM role, or a healthy membership in the option group. */
export type Lack = 'option' | 'role' | 'membership';

/** Whether an instance can take native backup and restore tasks. */
export type BackupRestoreReadiness =
  | { readonly state: 'ready'; readonly optionGroup: string; readonly roleArn: string }
  /** On its way: wait. */
  | { readonly state: 'pending'; readonly reason: string }
  /** Somebody has to do something. */
  | { readonly state: 'missing'; readonly lacks: Lack; readonly reason: string }
  /** The option group could not be read. */
  | { readonly state: 'unknown'; readonly reason: string };

const onTheWay = ['applying', 'pending-apply', 'pending-maintenance-apply'];

/**
 * Readiness from an instance's memberships and the option groups they name (RDS User Guide,
 * Appendix.SQLServer.Options.BackupRestore).
 */
export function readiness(
  memberships: readonly Membership[],
  groups: ReadonlyMap<string, OptionGroup | Error>,
): BackupRestoreReadiness {
  const withOption = memberships.flatMap((membership) => {
    const group = groups.get(membership.group);
    const role =
      group === undefined || group instanceof Error ? undefined : backupRestoreRole(group);
    return role === undefined ? [] : [{ ...membership, role }];
  });
  const active = withOption.find(({ status }) => status === 'in-sync');
  if (active?.role) return { state: 'ready', optionGroup: active.group, roleArn: active.role };
  if (active) {
    return missing(
      'role',
      `${backupRestoreOption} in option group ${active.group} names no IAM role.`,
    );
  }
  const coming = withOption.find(({ status }) => onTheWay.includes(status));
  if (coming) {
    return {
      state: 'pending',
      reason:
        `Option group ${coming.group} with ${backupRestoreOption} is being applied to the ` +
        `instance (${coming.status}).`,
    };
  }
  return withoutOption(memberships, withOption[0], groups);
}

function withoutOption(
  memberships: readonly Membership[],
  other: Membership | undefined,
  groups: ReadonlyMap<string, OptionGroup | Error>,
): BackupRestoreReadiness {
  if (other) {
    return missing(
      'membership',
      `Option group ${other.group} has ${backupRestoreOption}, but its status on the instance is ` +
        `${other.status}.`,
    );
  }
  const names = memberships.map(({ group }) => group);
  const unread = names.map((name) => groups.get(name)).find((group) => group instanceof Error);
  if (unread) return { state: 'unknown', reason: unread.message };
  const [first = 'none'] = names;
  return missing(
    'option',
    first.startsWith('default:')
      ? `The instance uses ${first}, and a default option group cannot carry ` +
          `${backupRestoreOption}. Create an option group with it and assign it to the instance.`
      : `Option group ${first} has no option ${backupRestoreOption}. Add it with an IAM role.`,
  );
}

const missing = (lacks: Lack, reason: string): BackupRestoreReadiness => ({
  state: 'missing',
  lacks,
  reason,
});

/** The role of {@link backupRestoreOption}, empty when it names none; undefined without the option. */
export function backupRestoreRole(group: OptionGroup): string | undefined {
  const option = group.Options?.find(({ OptionName }) => OptionName === backupRestoreOption);
  if (!option) return undefined;
  return option.OptionSettings?.find(({ Name }) => Name === roleSetting)?.Value ?? '';
}
