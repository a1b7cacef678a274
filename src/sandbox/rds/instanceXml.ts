import type { XmlValue } from '../http/xml.js';
import type { InstanceRecord } from './records.js';
import type { RdsStore } from './rdsStore.js';
import { tagList } from './tags.js';

/** An instance as DescribeDBInstances shows it. */
export function instanceXml(store: RdsStore, instance: InstanceRecord): Record<string, XmlValue> {
  const endpoint = store.endpoint(instance.id);
  const { pending } = instance;
  const isUp = instance.status !== 'creating';
  return {
    DBInstanceIdentifier: instance.id,
    DBInstanceClass: instance.instanceClass,
    Engine: instance.engine,
    EngineVersion: instance.engineVersion,
    DBInstanceStatus: instance.status,
    MasterUsername: instance.masterUsername,
    Endpoint:
      isUp && endpoint !== undefined
        ? { Address: endpoint.address, Port: endpoint.port, HostedZoneId: 'Z2R2ITUGPM61AM' }
        : undefined,
    AllocatedStorage: instance.allocatedStorageGiB,
    InstanceCreateTime: isUp ? instance.createdAt : undefined,
    PreferredBackupWindow: instance.backupWindow,
    BackupRetentionPeriod: instance.backupRetentionDays,
    DBSecurityGroups: {},
    VpcSecurityGroups: {
      VpcSecurityGroupMembership: instance.securityGroups.map((id) => ({
        VpcSecurityGroupId: id,
        Status: 'active',
      })),
    },
    DBParameterGroups: {
      DBParameterGroup: {
        DBParameterGroupName: `default.${instance.engine}-${instance.engineVersion.slice(0, 2)}.0`,
        ParameterApplyStatus: 'in-sync',
      },
    },
    AvailabilityZone: instance.availabilityZone,
    DBSubnetGroup: {
      DBSubnetGroupName: instance.subnetGroup,
      DBSubnetGroupDescription: instance.subnetGroup,
      SubnetGroupStatus: 'Complete',
    },
    PreferredMaintenanceWindow: instance.maintenanceWindow,
    PendingModifiedValues: {
      DBInstanceClass: pending.instanceClass,
      AllocatedStorage: pending.allocatedStorageGiB,
      EngineVersion: pending.engineVersion,
      MultiAZ: pending.multiAz,
    },
    MultiAZ: instance.multiAz,
    AutoMinorVersionUpgrade: true,
    ReadReplicaDBInstanceIdentifiers: {},
    LicenseModel: instance.licenseModel,
    OptionGroupMemberships: {
      OptionGroupMembership: instance.memberships.map(({ group, status }) => ({
        OptionGroupName: group,
        Status: status,
      })),
    },
    PubliclyAccessible: instance.publiclyAccessible,
    StorageType: instance.storageType,
    StorageEncrypted: instance.storageEncrypted,
    KmsKeyId: instance.kmsKeyArn,
    DbiResourceId: instance.resourceId,
    CACertificateIdentifier: instance.caCertificate,
    DomainMemberships: {},
    CopyTagsToSnapshot: false,
    MonitoringInterval: 0,
    DBInstanceArn: instance.arn,
    IAMDatabaseAuthenticationEnabled: false,
    PerformanceInsightsEnabled: false,
    DeletionProtection: instance.deletionProtection,
    AssociatedRoles: {},
    TagList: tagList(instance.tags),
    CustomerOwnedIpEnabled: false,
    BackupTarget: 'region',
    NetworkType: 'IPV4',
    StorageThroughput: 0,
    DedicatedLogVolume: false,
    IsStorageConfigUpgradeAvailable: false,
    MasterUserSecret:
      instance.masterSecretArn === undefined
        ? undefined
        : { SecretArn: instance.masterSecretArn, SecretStatus: 'active' },
  };
}
