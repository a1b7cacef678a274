import type { Cloud, SeededNames } from './cloud.js';
import type { PolicyHolder, RoleRecord } from './iam/records.js';
import { defaultKeyPolicy } from './kms/keyStore.js';
import { defaultOptionGroup } from './rds/engineVersions.js';
import type { InstanceRecord, OptionRecord } from './rds/records.js';
import { ec2Id, iamId, password, suffix } from './state/identifiers.js';

export const primaryRegion = 'us-east-1';
export const secondRegion = 'eu-west-1';

/** What a user of the sandbox needs to know to begin. */
export interface SeedInfo extends SeededNames {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const aliasName = 'alias/sql-backups';
const roleName = 'rds-backup-restore';
const optionGroupName = 'sqlserver-se-2019-backup-restore';
const readyInstance = 'sql2019';
const plainInstance = 'sql2016';

/**
 * Fills a new cloud with what the walk-through needs. Later starts find it filled and leave alone
 * whatever its user has made of it; a first start that was cut short is completed.
 */
export async function seedCloud(cloud: Cloud): Promise<SeedInfo> {
  const { accountId, identities } = cloud;
  const { accessKeyId, secret } =
    identities.rootKey() ?? (await identities.createAccessKey(undefined, cloud.clock.now()));
  const names = cloud.seeded ?? (await fill(cloud));
  return { ...names, accountId, accessKeyId, secretAccessKey: secret };
}

async function fill(cloud: Cloud): Promise<SeededNames> {
  const { accountId } = cloud;
  const bucket = await seedBucket(cloud, `sql-backups-${accountId}`, primaryRegion);
  const secondBucket = await seedBucket(cloud, `sql-backups-${accountId}-eu`, secondRegion);
  const kmsKeyArn = await seedKey(cloud, primaryRegion, aliasName, 'Encrypts SQL Server backups');
  // The role may use both, so that a restore with the wrong one fails for that reason alone.
  const otherKeyArn = await seedKey(
    cloud,
    primaryRegion,
    'alias/other-key',
    'Another key: not what backups are made with',
  );
  await seedKey(cloud, secondRegion, aliasName, 'Encrypts SQL Server backups');
  for (const region of [primaryRegion, secondRegion]) {
    for (const service of ['rds', 's3']) await seedAwsKey(cloud, region, service);
  }
  const role = await seedRoles(cloud, bucket, kmsKeyArn, otherKeyArn);
  await seedOptionGroups(cloud, role.arn);
  await seedInstances(cloud);
  const names: SeededNames = {
    region: primaryRegion,
    bucket,
    secondBucket,
    kmsKeyArn,
    roleArn: role.arn,
    optionGroup: optionGroupName,
  };
  await cloud.markSeeded(names);
  return names;
}

async function seedBucket(cloud: Cloud, name: string, region: string): Promise<string> {
  if (cloud.buckets.bucket(name) === undefined) await cloud.buckets.create(name, region);
  return name;
}

async function seedKey(cloud: Cloud, region: string, alias: string, description: string) {
  const { keys, accountId } = cloud;
  const target = keys.alias(region, alias)?.target;
  const existing = target === undefined ? undefined : keys.key(region, target);
  if (existing !== undefined) return existing.arn;
  const key = await keys.create({
    region,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    manager: 'CUSTOMER',
    description,
    policy: defaultKeyPolicy(accountId),
    tags: [],
  });
  await keys.addAlias(region, alias, key.id);
  return key.arn;
}

/** The key a service makes for itself: there to be seen, and refused for direct use. */
async function seedAwsKey(cloud: Cloud, region: string, service: string): Promise<void> {
  const { keys, accountId } = cloud;
  const alias = `alias/aws/${service}`;
  if (keys.alias(region, alias) !== undefined) return;
  const key = await keys.create({
    region,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    manager: 'AWS',
    description: `Default key that protects my ${service.toUpperCase()} data when no other key is defined`,
    policy: defaultKeyPolicy(accountId),
    tags: [],
  });
  await keys.addAlias(region, alias, key.id);
}

const policy = (...statements: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

async function seedRoles(
  cloud: Cloud,
  bucket: string,
  kmsKeyArn: string,
  otherKeyArn: string,
): Promise<RoleRecord> {
  const { identities, accountId } = cloud;
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const rdsArn = (type: string, name: string) =>
    `arn:aws:rds:${primaryRegion}:${accountId}:${type}:${name}`;

  // As the RDS User Guide has it ("Setting up for native backup and restore").
  identities.roles[roleName] ??= {
    ...holder(cloud, roleName),
    description: 'Lets RDS for SQL Server read and write backups',
    maxSessionSeconds: 3600,
    trust: policy({
      Effect: 'Allow',
      Principal: { Service: 'rds.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: {
          'aws:SourceAccount': accountId,
          'aws:SourceArn': [rdsArn('db', readyInstance), rdsArn('og', optionGroupName)],
        },
      },
    }),
    inline: {
      'backup-restore': policy(
        {
          Effect: 'Allow',
          Action: ['kms:DescribeKey', 'kms:GenerateDataKey', 'kms:Encrypt', 'kms:Decrypt'],
          Resource: [kmsKeyArn, otherKeyArn],
        },
        { Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: bucketArn },
        {
          Effect: 'Allow',
          Action: [
            's3:GetObjectAttributes',
            's3:GetObject',
            's3:PutObject',
            's3:ListMultipartUploadParts',
            's3:AbortMultipartUpload',
          ],
          Resource: `${bucketArn}/*`,
        },
      ),
    },
  };

  // For a person: what encrypting, uploading, restoring and following takes, and no more.
  identities.roles['backup-operator'] ??= {
    ...holder(cloud, 'backup-operator'),
    description: 'Uploads and restores backups',
    maxSessionSeconds: 43_200,
    trust: policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: 'sts:AssumeRole',
    }),
    inline: {
      'upload-and-restore': policy(
        {
          Effect: 'Allow',
          Action: ['kms:DescribeKey', 'kms:GenerateDataKey', 'kms:Decrypt'],
          Resource: kmsKeyArn,
        },
        { Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: bucketArn },
        {
          Effect: 'Allow',
          Action: [
            's3:GetObject',
            's3:PutObject',
            's3:AbortMultipartUpload',
            's3:ListMultipartUploadParts',
          ],
          Resource: `${bucketArn}/*`,
        },
        {
          Effect: 'Allow',
          Action: ['rds:Describe*', 's3:ListAllMyBuckets', 'kms:ListAliases', 'kms:ListKeys'],
          Resource: '*',
        },
        { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' },
      ),
    },
  };
  await identities.save();
  return identities.roles[roleName];
}

const holder = (cloud: Cloud, name: string): PolicyHolder => ({
  name,
  id: iamId('AROA'),
  arn: `arn:aws:iam::${cloud.accountId}:role/${name}`,
  path: '/',
  createdAt: cloud.clock.now().toISOString(),
  inline: {},
  attached: [],
  tags: [],
});

async function seedOptionGroups(cloud: Cloud, roleArn: string): Promise<void> {
  const backupRestore: OptionRecord = {
    name: 'SQLSERVER_BACKUP_RESTORE',
    settings: [{ name: 'IAM_ROLE_ARN', value: roleArn }],
  };
  const add = (
    region: string,
    name: string,
    engine: string,
    majorVersion: string,
    description: string,
    options: OptionRecord[] = [],
  ) => {
    if (cloud.rds.findGroup(region, name) !== undefined) return;
    cloud.rds.optionGroups.push({
      name,
      region,
      arn: cloud.rds.arn(region, 'og', name),
      engine,
      majorVersion,
      description,
      createdAt: cloud.rds.now(),
      options,
      tags: [],
    });
  };
  add(primaryRegion, optionGroupName, 'sqlserver-se', '15.00', 'Native backup and restore', [
    backupRestore,
  ]);
  add(primaryRegion, 'sqlserver-se-2016-empty', 'sqlserver-se', '13.00', 'No options yet');
  add(primaryRegion, 'sqlserver-ee-2022-audit', 'sqlserver-ee', '16.00', 'Audit only', [
    {
      name: 'SQLSERVER_AUDIT',
      settings: [
        { name: 'IAM_ROLE_ARN', value: roleArn },
        { name: 'S3_BUCKET_ARN', value: `arn:aws:s3:::sql-backups-${cloud.accountId}` },
      ],
    },
  ]);
  add(secondRegion, 'sqlserver-se-2019-eu', 'sqlserver-se', '15.00', 'In the other region');
  await cloud.rds.save();
}

/** A security group that lets SQL Server's port through from anywhere. */
async function seedSecurityGroup(cloud: Cloud): Promise<string> {
  const { network } = cloud;
  const name = 'sqlserver-access';
  const existing = network.groups(primaryRegion).find((group) => group.name === name);
  if (existing !== undefined) return existing.id;
  const { vpcId } = network.network(primaryRegion);
  const group = network.add(primaryRegion, name, 'SQL Server clients', vpcId);
  group.ingress.push({
    id: ec2Id('sgr'),
    protocol: 'tcp',
    fromPort: 1433,
    toPort: 1433,
    cidr: '0.0.0.0/0',
    cidr6: undefined,
    sourceGroup: undefined,
    description: 'SQL Server',
  });
  await network.save();
  return group.id;
}

async function seedInstances(cloud: Cloud): Promise<void> {
  await seedInstance(cloud, readyInstance, '15.00.4415.2.v1', optionGroupName, true);
  const plainGroup = defaultOptionGroup('sqlserver-se', '13.00');
  await seedInstance(cloud, plainInstance, '13.00.6300.2.v1', plainGroup, false);
  await cloud.rds.save();
}

async function seedInstance(
  cloud: Cloud,
  id: string,
  engineVersion: string,
  group: string,
  managedSecret: boolean,
): Promise<void> {
  const { rds, secrets } = cloud;
  if (rds.findInstance(primaryRegion, id) !== undefined) return;
  const masterUsername = 'admin';
  const masterPassword = password();
  const arn = rds.arn(primaryRegion, 'db', id);
  const resourceId = `db-${suffix(26).toUpperCase()}`;
  const secret = managedSecret
    ? await secrets.create(
        {
          name: `rds!${resourceId.toLowerCase()}`,
          region: primaryRegion,
          description: `Secret associated with primary RDS DB instance: ${arn}`,
          kmsKeyId: undefined,
          owningService: 'rds',
          tags: [{ key: 'aws:rds:primaryDBInstanceArn', value: arn }],
        },
        { text: JSON.stringify({ username: masterUsername, password: masterPassword }) },
      )
    : undefined;
  const instance: InstanceRecord = {
    id,
    region: primaryRegion,
    arn,
    resourceId,
    engine: 'sqlserver-se',
    engineVersion,
    createdAt: rds.now(),
    status: 'available',
    instanceClass: 'db.m6i.large',
    allocatedStorageGiB: 100,
    storageType: 'gp3',
    storageEncrypted: false,
    kmsKeyArn: undefined,
    masterUsername,
    masterPassword,
    masterSecretArn: secret?.arn,
    multiAz: false,
    publiclyAccessible: true,
    backupRetentionDays: 7,
    backupWindow: '04:00-04:30',
    maintenanceWindow: 'sun:05:00-sun:05:30',
    deletionProtection: false,
    availabilityZone: `${primaryRegion}a`,
    licenseModel: 'license-included',
    port: 1433,
    caCertificate: 'rds-ca-rsa2048-g1',
    securityGroups: [await seedSecurityGroup(cloud)],
    subnetGroup: 'default',
    memberships: [{ group, status: 'in-sync' }],
    tags: [],
    pending: {},
  };
  rds.instances.push(instance);
}
