import { randomUUID } from 'node:crypto';
import { ServiceFailure } from '../contract.js';
import { type QueryInput } from '../http/queryInput.js';
import { type ServiceCall } from '../iam/access.js';
import { type QueryOperation } from '../sts/operations.js';
import { password, suffix } from '../state/identifiers.js';
import { defaultOptionGroup, majorOf, requireEngineVersion } from './engineVersions.js';
import { instanceXml } from './instanceXml.js';
import { durations, secondsToWindow, targetMembership } from './lifecycle.js';
import { readTags } from './optionGroups.js';
import { type RdsService } from './rdsService.js';
import { type InstanceRecord, type OptionGroupRecord, type StepKind } from './records.js';

type InstanceOperation =
  | 'CreateDBInstance'
  | 'ModifyDBInstance'
  | 'DeleteDBInstance'
  | 'RebootDBInstance'
  | 'StartDBInstance'
  | 'StopDBInstance';

/** Smallest and largest storage of SQL Server on gp3, in GiB. */
const storage = { min: 20, max: 16_384 };

export function instanceOperations(rds: RdsService): Record<InstanceOperation, QueryOperation> {
  const { store, lifecycle } = rds;

  /** The instance of a request that changes it, brought up to date and allowed for. */
  async function open(
    input: QueryInput,
    call: ServiceCall,
    action: string,
  ): Promise<InstanceRecord> {
    await lifecycle.settle();
    const instance = store.requireInstance(call.region, input.required('DBInstanceIdentifier'));
    rds.authorize(call, action, instance.arn);
    return instance;
  }

  async function answer(instance: InstanceRecord) {
    await store.save();
    return { DBInstance: instanceXml(store, instance) };
  }

  /** Operations that only take an instance from one state through a second to a third. */
  const transition =
    (
      action: string,
      from: string,
      during: string,
      step: StepKind,
      seconds: number,
    ): QueryOperation =>
    async (input, call) => {
      const instance = await open(input, call, action);
      requireStatus(instance, from);
      instance.status = during;
      lifecycle.plan(instance.region, instance.id, step, seconds);
      return answer(instance);
    };

  return {
    CreateDBInstance: async (input, call) => {
      await lifecycle.settle();
      const instance = await createInstance(rds, input, call);
      store.instances.push(instance);
      lifecycle.plan(instance.region, instance.id, 'created', durations.create);
      return answer(instance);
    },

    ModifyDBInstance: async (input, call) => {
      const instance = await open(input, call, 'ModifyDBInstance');
      requireStatus(instance, 'available');
      const immediately = input.flag('ApplyImmediately') ?? false;
      await modify(rds, instance, input, immediately);
      return answer(instance);
    },

    DeleteDBInstance: async (input, call) => {
      const instance = await open(input, call, 'DeleteDBInstance');
      if (instance.status === 'deleting') {
        throw invalidState(`Instance ${instance.id} is already being deleted.`);
      }
      if (instance.deletionProtection) {
        throw new ServiceFailure(
          'InvalidParameterCombination',
          'Cannot delete protected DB Instance, please disable deletion protection and try again.',
        );
      }
      const skip = input.flag('SkipFinalSnapshot') ?? false;
      const finalSnapshot = input.text('FinalDBSnapshotIdentifier');
      if (skip === (finalSnapshot !== undefined)) {
        throw new ServiceFailure(
          'InvalidParameterCombination',
          skip
            ? 'FinalDBSnapshotIdentifier cannot be specified when SkipFinalSnapshot is true.'
            : 'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.',
        );
      }
      if (finalSnapshot !== undefined) rds.takeSnapshot(instance, finalSnapshot, 'manual', []);
      lifecycle.cancelAll(instance);
      instance.status = 'deleting';
      lifecycle.plan(instance.region, instance.id, 'deleted', durations.delete);
      return answer(instance);
    },

    RebootDBInstance: transition(
      'RebootDBInstance',
      'available',
      'rebooting',
      'rebooted',
      durations.reboot,
    ),
    StartDBInstance: transition(
      'StartDBInstance',
      'stopped',
      'starting',
      'started',
      durations.start,
    ),
    StopDBInstance: transition(
      'StopDBInstance',
      'available',
      'stopping',
      'stopped',
      durations.stop,
    ),
  };
}

function requireStatus(instance: InstanceRecord, status: string): void {
  if (instance.status === status) return;
  throw invalidState(
    status === 'available'
      ? 'Database instance is not in available state.'
      : `Instance ${instance.id} is not in ${status} state.`,
  );
}

async function createInstance(
  rds: RdsService,
  input: QueryInput,
  call: ServiceCall,
): Promise<InstanceRecord> {
  const { store } = rds;
  const { region } = call;
  const id = input.required('DBInstanceIdentifier').toLowerCase();
  rds.authorize(call, 'CreateDBInstance', store.arn(region, 'db', id));
  if (!/^[a-z](?!.*--)[a-z0-9-]{0,14}$/.test(id) || id.endsWith('-')) {
    throw invalid(
      'The parameter DBInstanceIdentifier is not a valid identifier. Identifiers for SQL Server have at ' +
        'most 15 letters, digits and hyphens, and begin with a letter.',
    );
  }
  // The SQL side knows instances by their identifier alone, so here it is taken in all regions.
  if (store.instances.some((instance) => instance.id === id)) {
    throw new ServiceFailure('DBInstanceAlreadyExists', 'DB instance already exists');
  }
  const engine = input.required('Engine');
  const version = requireEngineVersion(engine, input.text('EngineVersion'));
  const masterUsername = input.required('MasterUsername');
  requireUsername(masterUsername);
  const { masterPassword, managed } = masterPasswordOf(input);
  const group = groupFor(rds, region, input.text('OptionGroupName'), engine, version.major);
  const resourceId = `db-${suffix(26).toUpperCase()}`;
  const kmsKeyId = input.text('KmsKeyId');
  const storageEncrypted = input.flag('StorageEncrypted') ?? kmsKeyId !== undefined;
  const instance: InstanceRecord = {
    id,
    region,
    arn: store.arn(region, 'db', id),
    resourceId,
    engine,
    engineVersion: version.version,
    createdAt: store.now(),
    status: 'creating',
    instanceClass: instanceClass(input.required('DBInstanceClass')),
    allocatedStorageGiB: allocatedStorage(input.integer('AllocatedStorage'), engine),
    storageType: input.text('StorageType') ?? 'gp3',
    storageEncrypted,
    kmsKeyArn: storageEncrypted ? storageKey(rds, call, kmsKeyId) : undefined,
    masterUsername,
    masterPassword,
    masterSecretArn: undefined,
    multiAz: input.flag('MultiAZ') ?? false,
    publiclyAccessible: input.flag('PubliclyAccessible') ?? false,
    backupRetentionDays: retention(input.integer('BackupRetentionPeriod')) ?? 1,
    backupWindow: input.text('PreferredBackupWindow') ?? '04:00-04:30',
    maintenanceWindow: maintenanceWindow(rds, input) ?? 'sun:05:00-sun:05:30',
    deletionProtection: input.flag('DeletionProtection') ?? false,
    availabilityZone: input.text('AvailabilityZone') ?? `${region}a`,
    licenseModel: input.text('LicenseModel') ?? 'license-included',
    port: input.integer('Port') ?? 1433,
    caCertificate: 'rds-ca-rsa2048-g1',
    securityGroups: rds.securityGroups(region, input.texts('VpcSecurityGroupIds')),
    subnetGroup: input.text('DBSubnetGroupName') ?? 'default',
    memberships: [{ group: group.name, status: 'in-sync' }],
    tags: readTags(input),
    pending: {},
  };
  if (managed) await manageSecret(rds, instance, input.text('MasterUserSecretKmsKeyId'));
  return instance;
}

async function modify(
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

/** A group fits instances of its own engine and major version only. */
function groupFor(
  rds: RdsService,
  region: string,
  name: string | undefined,
  engine: string,
  major: string,
): OptionGroupRecord {
  const group = rds.store.requireGroup(region, name ?? defaultOptionGroup(engine, major));
  if (group.engine !== engine || group.majorVersion !== major) {
    throw new ServiceFailure(
      'InvalidParameterCombination',
      `The option group ${group.name} is for ${group.engine} ${group.majorVersion} and cannot be used ` +
        `with ${engine} ${major}.`,
    );
  }
  return group;
}

async function manageSecret(
  rds: RdsService,
  instance: InstanceRecord,
  kmsKeyId: string | undefined,
): Promise<void> {
  const { masterUsername: username, masterPassword } = instance;
  const secret = await rds.secrets.create(
    {
      name: `rds!db-${randomUUID()}`,
      region: instance.region,
      description: `Secret associated with primary RDS DB instance: ${instance.arn}`,
      kmsKeyId,
      owningService: 'rds',
      tags: [{ key: 'aws:rds:primaryDBInstanceArn', value: instance.arn }],
    },
    { text: JSON.stringify({ username, password: masterPassword }) },
  );
  instance.masterSecretArn = secret.arn;
}

async function dropSecret(rds: RdsService, instance: InstanceRecord): Promise<void> {
  const arn = instance.masterSecretArn;
  const secret = arn === undefined ? undefined : rds.secrets.find(instance.region, arn);
  instance.masterSecretArn = undefined;
  if (secret !== undefined) await rds.secrets.remove(secret);
}

function masterPasswordOf(input: QueryInput): { masterPassword: string; managed: boolean } {
  const given = input.text('MasterUserPassword');
  const managed = input.flag('ManageMasterUserPassword') ?? false;
  if (managed && given !== undefined) {
    throw new ServiceFailure(
      'InvalidParameterCombination',
      "You can't specify MasterUserPassword when ManageMasterUserPassword is turned on.",
    );
  }
  if (managed) return { masterPassword: password(), managed };
  if (given === undefined) {
    throw new ServiceFailure(
      'InvalidParameterValue',
      'The parameter MasterUserPassword must be provided and must not be blank.',
    );
  }
  requirePassword(given);
  return { masterPassword: given, managed };
}

function requirePassword(text: string): void {
  if (/^[\x21-\x7e]{8,128}$/.test(text) && !/[/"@]/.test(text)) return;
  throw invalid(
    'The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides ' +
      "'/', '@', '\"', ' ' may be used, 8 to 128 of them.",
  );
}

function requireUsername(name: string): void {
  const reserved = ['sa', 'rdsa', 'rdsadmin', 'public', 'guest', 'dbo', 'sysadmin', 'root'];
  if (/^[A-Za-z]\w{0,127}$/.test(name) && !reserved.includes(name.toLowerCase())) return;
  throw invalid(
    `MasterUsername ${name} cannot be used as it is a reserved word used by the engine`,
  );
}

function instanceClass(text: string): string {
  if (/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(text)) return text;
  throw invalid(`Invalid DB Instance class: ${text}`);
}

function allocatedStorage(size: number | undefined, engine: string): number {
  if (size === undefined) throw invalid('The parameter AllocatedStorage must be provided');
  if (size >= storage.min && size <= storage.max) return size;
  throw invalid(
    `Invalid storage size for engine name ${engine} and storage type gp3: ${String(size)}`,
  );
}

function retention(days: number | undefined): number | undefined {
  if (days === undefined || (days >= 0 && days <= 35)) return days;
  throw invalid(`Invalid backup retention period: ${String(days)}. Must be between 0 and 35.`);
}

function maintenanceWindow(rds: RdsService, input: QueryInput): string | undefined {
  const window = input.text('PreferredMaintenanceWindow')?.toLowerCase();
  // Reading it checks it.
  if (window !== undefined) secondsToWindow(window, rds.store.clock.now());
  return window;
}

function storageKey(rds: RdsService, call: ServiceCall, keyId: string | undefined): string {
  try {
    return rds.keys.resolve(call, keyId ?? 'alias/aws/rds').arn;
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw new ServiceFailure(
      'KMSKeyNotAccessibleFault',
      `The specified KMS key [${keyId ?? ''}] does not exist, is not enabled or you do not have permissions to access it.`,
    );
  }
}

const mapped = <T, U>(value: T | undefined, map: (value: T) => U) =>
  value === undefined ? undefined : map(value);

const invalid = (message: string) => new ServiceFailure('InvalidParameterValue', message);
const invalidState = (message: string) => new ServiceFailure('InvalidDBInstanceState', message);
