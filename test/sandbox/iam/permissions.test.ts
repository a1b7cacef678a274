import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GenerateDataKeyCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import {
  CreateOptionGroupCommand,
  DescribeDBInstancesCommand,
  ModifyOptionGroupCommand,
} from '@aws-sdk/client-rds';
import {
  DeleteBucketPolicyCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ServiceFailure } from '../../../src/sandbox/contract.js';
import { CloudScene, type Credentials, named } from '../../support/cloud.js';

const statement = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

describe('Permissions', () => {
  let scene: CloudScene;
  let operator: Credentials;
  let Bucket: string;
  before(async () => {
    scene = await CloudScene.start();
    Bucket = scene.seed.bucket;
    operator = await assume('backup-operator');
  });
  after(() => scene.stop());

  async function assume(role: string, Policy?: string): Promise<Credentials> {
    const { Credentials: given } = await scene.sts().send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${scene.seed.accountId}:role/${role}`,
        RoleSessionName: 'dba',
        Policy,
      }),
    );
    return {
      accessKeyId: given!.AccessKeyId!,
      secretAccessKey: given!.SecretAccessKey!,
      sessionToken: given!.SessionToken!,
    };
  }

  it('of a role reach as far as its policies', async () => {
    const s3 = scene.s3({ credentials: operator });
    await s3.send(new PutObjectCommand({ Bucket, Key: 'mine', Body: 'x' }));
    await s3.send(new ListObjectsV2Command({ Bucket }));
    await s3.send(new ListBucketsCommand({}));
    const kms = scene.kms('us-east-1', operator);
    const KeyId = scene.seed.kmsKeyArn;
    const { CiphertextBlob } = await kms.send(
      new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }),
    );
    await kms.send(new DecryptCommand({ CiphertextBlob }));
    await assert.rejects(
      kms.send(new DisableKeyCommand({ KeyId })),
      named(
        'AccessDeniedException',
        /^User: arn:aws:sts::\d{12}:assumed-role\/backup-operator\/dba is not authorized to perform: kms:DisableKey on resource: arn:aws:kms:\S+ because no identity-based policy allows the kms:DisableKey action$/,
      ),
    );
    await assert.rejects(
      kms.send(new DescribeKeyCommand({ KeyId: 'alias/other-key' })),
      named('AccessDeniedException'),
    );
    await scene.rds('us-east-1', operator).send(new DescribeDBInstancesCommand({}));
    await assert.rejects(
      scene.rds('us-east-1', operator).send(
        new CreateOptionGroupCommand({
          OptionGroupName: 'x',
          EngineName: 'sqlserver-se',
          MajorEngineVersion: '15.00',
          OptionGroupDescription: 'x',
        }),
      ),
      named(
        'AccessDenied',
        /not authorized to perform: rds:CreateOptionGroup on resource: arn:aws:rds:us-east-1:\d+:og:x because/,
      ),
    );
    await assert.rejects(
      scene
        .s3({ credentials: operator, region: 'eu-west-1' })
        .send(new ListObjectsV2Command({ Bucket: scene.seed.secondBucket })),
      named('AccessDenied'),
    );
    await assert.rejects(
      scene.ec2(operator).send(new DescribeSecurityGroupsCommand({})),
      named('UnauthorizedOperation'),
    );
  });

  it('of a session policy can only be fewer', async () => {
    const narrow = statement({
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:DeleteObject'],
      Resource: '*',
    });
    const s3 = scene.s3({ credentials: await assume('backup-operator', narrow) });
    await s3.send(new GetObjectCommand({ Bucket, Key: 'mine' }));
    await assert.rejects(
      s3.send(new PutObjectCommand({ Bucket, Key: 'mine', Body: 'x' })),
      named('AccessDenied'),
    );
  });

  it('come from a bucket policy too, and go by its denials', async () => {
    const s3 = scene.s3({ credentials: operator });
    const set = (...statements: object[]) =>
      scene.s3().send(new PutBucketPolicyCommand({ Bucket, Policy: statement(...statements) }));
    const Principal = { AWS: `arn:aws:iam::${scene.seed.accountId}:role/backup-operator` };
    const Resource = `arn:aws:s3:::${Bucket}/*`;
    await set({
      Effect: 'Deny',
      Principal,
      Action: 's3:PutObject',
      Resource,
      Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
    });
    const put = (o: object) =>
      s3.send(new PutObjectCommand({ Bucket, Key: 'mine', Body: 'y', ...o }));
    await assert.rejects(put({}), named('AccessDenied', /^Access Denied$/));
    await put({ ServerSideEncryption: 'AES256' });
    await set({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${Bucket}`,
    });
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket })), named('AccessDenied'));
    // Who may not list is not told that a key is missing.
    await assert.rejects(
      s3.send(new GetObjectCommand({ Bucket, Key: 'missing' })),
      named('AccessDenied'),
    );
    await scene.s3().send(new ListObjectsV2Command({ Bucket }));
    await scene.s3().send(new DeleteBucketPolicyCommand({ Bucket }));
    await assert.rejects(
      s3.send(new GetObjectCommand({ Bucket, Key: 'missing' })),
      named('NoSuchKey'),
    );
  });

  it('for a key are its policy’s to give', async () => {
    const KeyId = scene.seed.kmsKeyArn;
    const set = (Policy: string) => scene.kms().send(new PutKeyPolicyCommand({ KeyId, Policy }));
    const use = () =>
      scene
        .kms('us-east-1', operator)
        .send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
    const root = `arn:aws:iam::${scene.seed.accountId}:root`;
    const original = statement({
      Effect: 'Allow',
      Principal: { AWS: root },
      Action: 'kms:*',
      Resource: '*',
    });
    // Without the account in its policy, no policy of the role's own counts.
    await set(
      statement({
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${scene.seed.accountId}:user/other` },
        Action: 'kms:*',
        Resource: '*',
      }),
    );
    await assert.rejects(
      use(),
      named(
        'AccessDeniedException',
        /because no resource-based policy allows the kms:GenerateDataKey action$/,
      ),
    );
    await set(
      statement({
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${scene.seed.accountId}:role/backup-operator` },
        Action: 'kms:GenerateDataKey',
        Resource: '*',
        Condition: { StringEquals: { 'kms:EncryptionContext:db': 'x' } },
      }),
    );
    await assert.rejects(use(), named('AccessDeniedException'));
    await scene
      .kms('us-east-1', operator)
      .send(
        new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext: { db: 'x' } }),
      );
    await set(original);
    await use();
  });

  it('for an object under SSE-KMS include the right to its key', async () => {
    const { KeyMetadata } = await scene.kms().send(new CreateKeyCommand({}));
    const SSEKMSKeyId = KeyMetadata!.Arn;
    await scene.s3().send(
      new PutObjectCommand({
        Bucket,
        Key: 'sse',
        Body: 'x',
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId,
      }),
    );
    const s3 = scene.s3({ credentials: operator });
    await assert.rejects(
      s3.send(new GetObjectCommand({ Bucket, Key: 'sse' })),
      named('AccessDenied', /kms:Decrypt/),
    );
    await assert.rejects(
      s3.send(
        new PutObjectCommand({
          Bucket,
          Key: 'sse2',
          Body: 'x',
          ServerSideEncryption: 'aws:kms',
          SSEKMSKeyId,
        }),
      ),
      named('AccessDenied', /kms:GenerateDataKey/),
    );
  });

  it('to hand a role to RDS take iam:PassRole', async () => {
    await scene.rds().send(
      new CreateOptionGroupCommand({
        OptionGroupName: 'passing',
        EngineName: 'sqlserver-se',
        MajorEngineVersion: '15.00',
        OptionGroupDescription: 'x',
      }),
    );
    const grant = (...Action: string[]) =>
      scene.iam().send(
        new PutRolePolicyCommand({
          RoleName: 'backup-operator',
          PolicyName: 'extra',
          PolicyDocument: statement({ Effect: 'Allow', Action, Resource: '*' }),
        }),
      );
    const include = () =>
      scene.rds('us-east-1', operator).send(
        new ModifyOptionGroupCommand({
          OptionGroupName: 'passing',
          OptionsToInclude: [
            {
              OptionName: 'SQLSERVER_BACKUP_RESTORE',
              OptionSettings: [{ Name: 'IAM_ROLE_ARN', Value: scene.seed.roleArn }],
            },
          ],
        }),
      );
    await grant('rds:ModifyOptionGroup');
    await assert.rejects(include(), named('AccessDenied', /iam:PassRole/));
    await grant('rds:ModifyOptionGroup', 'iam:PassRole');
    await include();
  });

  describe('of the role RDS assumes', () => {
    const failure = (code: string, message?: RegExp) => (error: unknown) => {
      assert.equal((error as ServiceFailure).code, code);
      if (message) assert.match((error as ServiceFailure).message, message);
      return true;
    };
    const role = () =>
      scene.cloud.assumeServiceRole(scene.seed.roleArn, scene.cloud.instance('sql2019')!);

    it('let it list, read and decrypt what the documented policy names', async () => {
      const access = role();
      await scene.s3().send(
        new PutObjectCommand({
          Bucket,
          Key: 'set/2',
          Body: 'second',
          Metadata: { 'x-amz-key': 'k' },
        }),
      );
      await scene.s3().send(new PutObjectCommand({ Bucket, Key: 'set/1', Body: 'first' }));
      assert.equal(access.bucketRegion(Bucket), 'us-east-1');
      const objects = await access.listObjects(Bucket, 'set/');
      assert.deepEqual(objects.map(({ key, size }) => [key, size]), [['set/1', 5], ['set/2', 6]]); // prettier-ignore
      const object = await access.headObject(Bucket, 'set/2');
      assert.deepEqual(object.metadata, { 'x-amz-key': 'k' });
      assert.equal((await access.readObject(object, 2, 100)).toString(), 'cond');
      assert.equal((await access.readObject(object, 6, 1)).length, 0);
      const { kmsKeyArn: KeyId } = scene.seed;
      assert.deepEqual(access.describeKey(KeyId), { arn: KeyId, enabled: true });
      const { CiphertextBlob, Plaintext } = await scene
        .kms()
        .send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
      assert.deepEqual(
        access.decryptDataKey(Buffer.from(CiphertextBlob!), {}, KeyId),
        Buffer.from(Plaintext!),
      );
      assert.throws(
        () => access.decryptDataKey(Buffer.from(CiphertextBlob!), { a: 'b' }, KeyId),
        failure('InvalidCiphertextException', /^$/),
      );
    });

    it('end where the policy ends, in the words of each service', async () => {
      const access = role();
      const { secondBucket, accountId } = scene.seed;
      // Where a bucket lies is told before anyone looks at permissions.
      assert.equal(access.bucketRegion(secondBucket), 'eu-west-1');
      assert.throws(
        () => access.bucketRegion('no-such-bucket'),
        failure('NoSuchBucket', /^The specified bucket does not exist$/),
      );
      await assert.rejects(
        access.listObjects(secondBucket, ''),
        failure('AccessDenied', /^Access Denied$/),
      );
      await assert.rejects(
        access.headObject(Bucket, 'none'),
        failure('NoSuchKey', /^The specified key does not exist\.$/),
      );
      const none = `arn:aws:kms:us-east-1:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
      assert.throws(
        () => access.describeKey(none),
        failure('NotFoundException', new RegExp(`^Key '${none}' does not exist$`)),
      );
      const { KeyMetadata } = await scene.kms().send(new CreateKeyCommand({}));
      const other = KeyMetadata!.Arn!;
      assert.throws(
        () => access.describeKey(other),
        failure('AccessDeniedException', /kms:DescribeKey/),
      );
      await assert.rejects(access.headObject(Bucket, 'sse'), failure('AccessDenied'));
    });

    it('depend on a trust policy that names instance and option group', async () => {
      const { seed } = scene;
      const instance = scene.cloud.instance('sql2019')!;
      const set = (...SourceArn: string[]) =>
        scene.iam().send(
          new UpdateAssumeRolePolicyCommand({
            RoleName: 'rds-backup-restore',
            PolicyDocument: statement({
              Effect: 'Allow',
              Principal: { Service: 'rds.amazonaws.com' },
              Action: 'sts:AssumeRole',
              Condition: {
                StringEquals: { 'aws:SourceAccount': seed.accountId, 'aws:SourceArn': SourceArn },
              },
            }),
          }),
        );
      const denied = failure(
        'AccessDenied',
        /rds\.amazonaws\.com is not authorized to perform: sts:AssumeRole/,
      );
      await set(instance.arn);
      assert.throws(role, denied);
      await set(instance.optionGroup.arn);
      assert.throws(role, denied);
      assert.throws(() => scene.cloud.assumeServiceRole(`${seed.roleArn}x`, instance), denied);
      await set(instance.arn, instance.optionGroup.arn);
      role();
    });
  });
});

describe('EC2 and Secrets Manager', () => {
  let scene: CloudScene;
  before(async () => {
    scene = await CloudScene.start();
  });
  after(() => scene.stop());

  it('open and close a port in a security group', async () => {
    const ec2 = scene.ec2();
    const { Vpcs } = await ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
    );
    assert.equal(Vpcs?.length, 1);
    const { Subnets } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [Vpcs[0]!.VpcId!] }] }),
    );
    assert.equal(Subnets?.length, 3);
    const find = async () => {
      const answer = await ec2.send(
        new DescribeSecurityGroupsCommand({
          Filters: [{ Name: 'group-name', Values: ['sqlserver-access'] }],
        }),
      );
      return answer.SecurityGroups![0]!;
    };
    const { GroupId, IpPermissions } = await find();
    assert.deepEqual(
      IpPermissions?.map((rule) => [rule.FromPort, rule.IpRanges?.[0]?.CidrIp]),
      [[1433, '0.0.0.0/0']],
    );
    const rule = {
      IpProtocol: 'tcp',
      FromPort: 1433,
      ToPort: 1433,
      IpRanges: [{ CidrIp: '192.0.2.7/32', Description: 'me' }],
    };
    const authorize = () =>
      ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] }));
    const { SecurityGroupRules } = await authorize();
    assert.equal(SecurityGroupRules?.[0]?.CidrIpv4, '192.0.2.7/32');
    await assert.rejects(authorize(), named('InvalidPermission.Duplicate'));
    assert.equal((await find()).IpPermissions?.length, 2);
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] }));
    assert.equal((await find()).IpPermissions?.length, 1);
    await assert.rejects(
      ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-none'] })),
      named('InvalidGroup.NotFound'),
    );
    const bad = { ...rule, IpRanges: [{ CidrIp: '300.1.1.1/8' }] };
    await assert.rejects(
      ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [bad] })),
      named('InvalidParameterValue'),
    );
  });

  it('keep secrets with their versions', async () => {
    const secrets = scene.secrets();
    const created = await secrets.send(
      new CreateSecretCommand({ Name: 'team/db', SecretString: 'one' }),
    );
    const SecretId = 'team/db';
    const value = async (o: object = {}) =>
      (await secrets.send(new GetSecretValueCommand({ SecretId, ...o }))).SecretString;
    assert.equal(await value(), 'one');
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'two' }));
    assert.equal(await value(), 'two');
    assert.equal(await value({ VersionStage: 'AWSPREVIOUS' }), 'one');
    assert.equal(await value({ SecretId: created.ARN, VersionId: created.VersionId }), 'one');
    await assert.rejects(
      value({ VersionStage: 'NONE' }),
      named('ResourceNotFoundException', /staging label: NONE/),
    );
    await assert.rejects(
      secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'x' })),
      named('ResourceExistsException'),
    );
    const binary = await secrets.send(
      new CreateSecretCommand({ Name: 'bytes', SecretBinary: Buffer.from([1, 2]) }),
    );
    const bytes = await secrets.send(new GetSecretValueCommand({ SecretId: binary.ARN }));
    assert.deepEqual(Buffer.from(bytes.SecretBinary!), Buffer.from([1, 2]));
    await secrets.send(
      new PutResourcePolicyCommand({
        SecretId,
        ResourcePolicy: statement({
          Effect: 'Deny',
          Principal: '*',
          Action: 'secretsmanager:GetSecretValue',
          Resource: '*',
        }),
      }),
    );
    assert.equal((await secrets.send(new DescribeSecretCommand({ SecretId }))).Name, SecretId);
    await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    await assert.rejects(value(), named('InvalidRequestException', /marked for deletion/));
    scene.clock.advance(8 * 86_400);
    await assert.rejects(
      value(),
      named('ResourceNotFoundException', /can't find the specified secret/),
    );
  });
});
