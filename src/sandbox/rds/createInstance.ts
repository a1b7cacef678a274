import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import type { ServiceCall } from '../iam/access.js';
import { suffix } from '../state/identifiers.js';
import { requireEngineVersion } from './engineVersions.js';
import {
  allocatedStorage,
  groupFor,
  instanceClass,
  maintenanceWindow,
  retention,
  storageKey,
} from './instanceInput.js';
import { manageSecret, masterPasswordOf, requireUsername } from './masterPassword.js';
import type { RdsService } from './rdsService.js';
import type { InstanceRecord } from './records.js';
import { readTags } from './tags.js';

/** The instance that CreateDBInstance asks for, not yet added to the others. */
export async function createInstance(
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

const invalid = (message: string) => new ServiceFailure('InvalidParameterValue', message);
