import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import { password } from '../state/identifiers.js';
import { majorOf, requireEngineVersion } from './engineVersions.js';
import {
  allocatedStorage,
  groupFor,
  instanceClass,
  maintenanceWindow,
  retention,
} from './instanceInput.js';
import { durations, secondsToWindow, targetMembership } from './lifecycle.js';
import { dropSecret, manageSecret, requirePassword } from './masterPassword.js';
import type { RdsService } from './rdsService.js';
import type { InstanceRecord, OptionGroupRecord } from './records.js';

/** Carries out ModifyDBInstance, or changes nothing when anything in it is wrong. */
export async function modifyInstance(
  rds: RdsService,
  instance: InstanceRecord,
  input: QueryInput,
  immediately: boolean,
): Promise<void> {
  const { store, lifecycle } = rds;
  const changes = {
    instanceClass: mapped(input.text('DBInstanceClass'), instanceClass),
    allocatedStorageGiB: mapped(input.integer('AllocatedStorage'), (size) => {
      if (size < instance.allocatedStorageGiB) {
        throw new ServiceFailure(
          'InvalidParameterCombination',
          `Invalid storage size for engine name ${instance.engine}: storage cannot be reduced from ${String(instance.allocatedStorageGiB)} GiB.`,
        );
      }
      return allocatedStorage(size, instance.engine);
    }),
    engineVersion: mapped(input.text('EngineVersion'), (wanted) => {
      const now = requireEngineVersion(instance.engine, instance.engineVersion);
      const target = requireEngineVersion(instance.engine, wanted).version;
      const upgrade = now.upgrades.find((candidate) => candidate.version === target);
      if (target === now.version) return target;
      if (
        upgrade === undefined ||
        (upgrade.major && input.flag('AllowMajorVersionUpgrade') !== true)
      ) {
        throw new ServiceFailure(
          'InvalidParameterCombination',
          `Cannot upgrade ${instance.engine} from ${now.version} to ${target}`,
        );
      }
      return target;
    }),
    multiAz: input.flag('MultiAZ'),
  };
  const group = nextGroup(rds, instance, input.text('OptionGroupName'), changes.engineVersion);
  const securityGroups = input.has('VpcSecurityGroupIds')
    ? rds.securityGroups(instance.region, input.texts('VpcSecurityGroupIds'))
    : instance.securityGroups;
  const window = maintenanceWindow(rds, input);
  const days = retention(input.integer('BackupRetentionPeriod'));
  const newPassword = input.text('MasterUserPassword');
  const manage = input.flag('ManageMasterUserPassword');
  if (newPassword !== undefined) {
    if (instance.masterSecretArn !== undefined && manage !== false) {
      throw new ServiceFailure(
        'InvalidParameterCombination',
        "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled.",
      );
    }
    requirePassword(newPassword);
  }
  if (manage === false && instance.masterSecretArn !== undefined && newPassword === undefined) {
    throw new ServiceFailure(
      'InvalidParameterCombination',
      'MasterUserPassword is required when ManageMasterUserPassword is turned off.',
    );
  }

  // Everything has been checked; from here on nothing fails.
  instance.securityGroups = securityGroups;
  instance.maintenanceWindow = window ?? instance.maintenanceWindow;
  instance.backupRetentionDays = days ?? instance.backupRetentionDays;
  instance.backupWindow = input.text('PreferredBackupWindow') ?? instance.backupWindow;
  instance.deletionProtection = input.flag('DeletionProtection') ?? instance.deletionProtection;
  instance.publiclyAccessible = input.flag('PubliclyAccessible') ?? instance.publiclyAccessible;
  instance.masterPassword = newPassword ?? instance.masterPassword;
  if (manage === true && instance.masterSecretArn === undefined) {
    instance.masterPassword = password();
    await manageSecret(rds, instance, input.text('MasterUserSecretKmsKeyId'));
  }
  if (manage === false) await dropSecret(rds, instance);

  const changed = Object.fromEntries(
    Object.entries(changes).filter(
      ([name, value]) => value !== undefined && value !== instance[name as keyof typeof changes],
    ),
  );
  if (Object.keys(changed).length > 0) {
    instance.pending = { ...instance.pending, ...changed };
    const seconds = secondsToWindow(instance.maintenanceWindow, store.clock.now());
    lifecycle.plan(instance.region, instance.id, 'maintenance', immediately ? 0 : seconds);
  } else if (newPassword !== undefined) {
    instance.status = 'resetting-master-credentials';
    lifecycle.plan(instance.region, instance.id, 'modified', durations.reboot);
  }
  if (group !== undefined) changeGroup(rds, instance, group, immediately);
  await lifecycle.settle();
}

/**
 * The group an instance is to have. A new major version takes a group of its own: a default one is
 * exchanged by itself, any other has to be named.
 */
function nextGroup(
  rds: RdsService,
  instance: InstanceRecord,
  named: string | undefined,
  engineVersion: string | undefined,
): OptionGroupRecord | undefined {
  const { region, engine } = instance;
  const major = majorOf(engineVersion ?? instance.engineVersion);
  const current = targetMembership(instance).group;
  if (named !== undefined) return groupFor(rds, region, named, engine, major);
  if (major === majorOf(instance.engineVersion)) return undefined;
  return groupFor(rds, region, current.startsWith('default:') ? undefined : current, engine, major);
}

function changeGroup(
  rds: RdsService,
  instance: InstanceRecord,
  group: OptionGroupRecord,
  immediately: boolean,
): void {
  const current = targetMembership(instance);
  if (current.group === group.name) return;
  const [apply, remove] = immediately
    ? (['pending-apply', 'pending-removal'] as const)
    : (['pending-maintenance-apply', 'pending-maintenance-removal'] as const);
  // One that never came into effect has nothing to be removed.
  const leaving = instance.memberships.filter(
    ({ group: name, status }) => name !== group.name && !status.endsWith('-apply'),
  );
  instance.memberships = [
    { group: group.name, status: apply },
    ...leaving.map((membership) => ({ ...membership, status: remove })),
  ];
  rds.planGroupChange(instance, immediately);
}

const mapped = <T, U>(value: T | undefined, map: (value: T) => U) =>
  value === undefined ? undefined : map(value);
