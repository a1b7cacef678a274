import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import {
  CreateUserCommand,
  CreateAccessKeyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { listBuckets } from '../../../src/core/aws/buckets.js';
import { engineText, listInstances } from '../../../src/core/aws/instances.js';
import { listKeys } from '../../../src/core/aws/keys.js';
import { deleteObject, listObjects, type ObjectEntry } from '../../../src/core/aws/objects.js';
import { openBucket } from '../../../src/core/aws/openBucket.js';
import { listOptionGroups } from '../../../src/core/aws/optionGroups.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import { CloudScene, type Credentials } from '../../support/cloud.js';
import { awsHome } from '../../unit/aws/awsHome.js';

const region = 'us-east-1';
let home: Awaited<ReturnType<typeof awsHome>>;
let scene: CloudScene;
let session: AwsSession;
const sessions: AwsSession[] = [];

async function openAs(credentials: Credentials): Promise<AwsSession> {
  const opened = await openSession({ region, endpointUrl: scene.endpoint.url, credentials });
  sessions.push(opened);
  return opened;
}

/** A session of a user who may do what the statements say. */
async function openWith(UserName: string, ...Statement: object[]): Promise<AwsSession> {
  const iam = scene.iam();
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return openAs({
    accessKeyId: AccessKey!.AccessKeyId!,
    secretAccessKey: AccessKey!.SecretAccessKey!,
  });
}

const allow = (...Action: string[]) => ({ Effect: 'Allow', Action, Resource: '*' });

before(async () => {
  home = await awsHome();
  scene = await CloudScene.start();
  session = await openAs(scene.rootCredentials);
});
after(async () => {
  for (const opened of sessions) opened.dispose();
  await scene.stop();
  await home.remove();
});

describe('buckets', () => {
  it('are listed with their regions', async () => {
    const buckets = await listBuckets(session);
    assert.deepEqual(
      buckets.map((bucket) => [bucket.name, bucket.region, bucket.createdAt instanceof Date]),
      [
        [scene.seed.bucket, 'us-east-1', true],
        [scene.seed.secondBucket, 'eu-west-1', true],
      ],
    );
  });

  it('are denied by a code of their own, and can still be opened by name', async () => {
    const bounded = await openWith('bounded', allow('s3:ListBucket'));
    await assert.rejects(listBuckets(bounded), { code: 'aws/access-denied' });
    const { s3 } = await openBucket(bounded, scene.seed.secondBucket);
    const page = await listObjects(s3, { bucket: scene.seed.secondBucket, prefix: '' });
    assert.deepEqual(page, { folders: [], objects: [], continuationToken: undefined });
  });

  it('are not listed when the user has cancelled', async () => {
    await assert.rejects(listBuckets(session, AbortSignal.abort()), { code: 'cancelled' });
  });
});

describe('objects', () => {
  const keys = [
    'a b+c/1.bak',
    'night/',
    'night/1%20.bak',
    'night/2 ä\u0001.bak',
    'night/logs/1.trn',
    'z.bak',
  ];
  let bucket: string;
  before(async () => {
    bucket = scene.seed.bucket;
    for (const Key of keys) {
      const Body = Key.endsWith('/') ? '' : Key;
      await scene.s3().send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    }
  });

  it('lie in folders', async () => {
    const s3 = await session.s3();
    const top = await listObjects(s3, { bucket, prefix: '' });
    assert.deepEqual(top.folders, ['a b+c/', 'night/']);
    assert.deepEqual(
      top.objects.map(({ key, size, storageClass }) => [key, size, storageClass]),
      [['z.bak', 5, 'STANDARD']],
    );
    assert.ok(top.objects[0]?.lastModified instanceof Date);
    assert.match(top.objects[0].etag ?? '', /^"[0-9a-f]{32}"$/);
    const night = await listObjects(s3, { bucket, prefix: 'night/' });
    assert.deepEqual(night.folders, ['night/logs/']);
    assert.deepEqual(
      night.objects.map(({ key }) => key),
      ['night/1%20.bak', 'night/2 ä\u0001.bak'],
    );
    const odd = await listObjects(s3, { bucket, prefix: 'a b+c/' });
    assert.equal(odd.objects[0]?.key, 'a b+c/1.bak');
  });

  it('come in pages', async () => {
    const s3 = await session.s3();
    const folders: string[] = [];
    const objects: ObjectEntry[] = [];
    let continuationToken: string | undefined;
    let pages = 0;
    do {
      const page = await listObjects(s3, { bucket, prefix: '', continuationToken, pageSize: 1 });
      assert.ok(page.folders.length + page.objects.length <= 1);
      folders.push(...page.folders);
      objects.push(...page.objects);
      continuationToken = page.continuationToken;
      pages += 1;
    } while (continuationToken !== undefined);
    assert.deepEqual([folders.length, objects.length, pages], [2, 1, 3]);
  });

  it('are deleted, and one that is not there too', async () => {
    const s3 = await session.s3();
    const place = { bucket, key: 'z.bak' };
    await deleteObject(s3, place);
    await deleteObject(s3, place);
    assert.deepEqual((await listObjects(s3, { bucket, prefix: 'z' })).objects, []);
  });

  it('are denied or missing with the place in the sentence', async () => {
    const nobody = await (await openWith('nobody', allow('kms:ListKeys'))).s3();
    await assert.rejects(listObjects(nobody, { bucket, prefix: 'night/' }), {
      code: 's3/access-denied',
      message: new RegExp(`list s3://${bucket}/night/`),
    });
    await assert.rejects(deleteObject(nobody, { bucket, key: 'night/1%20.bak' }), {
      code: 's3/access-denied',
      message: /delete s3:/,
    });
    await assert.rejects(
      listObjects(await session.s3(), { bucket: 'no-such-bucket', prefix: '' }),
      {
        code: 's3/no-such-bucket',
      },
    );
  });
});

describe('KMS keys', () => {
  it('are the symmetric, enabled ones of the customer in that region', async () => {
    const kms = scene.kms();
    const Description = 'Without alias';
    const created = await kms.send(new CreateKeyCommand({ Description }));
    const disabled = await kms.send(new CreateKeyCommand({}));
    await kms.send(new DisableKeyCommand({ KeyId: disabled.KeyMetadata!.KeyId }));
    await kms.send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }));
    const { keys, undescribed } = await listKeys(session, region);
    assert.equal(undescribed, 0);
    assert.deepEqual(
      keys.map(({ aliases, description, multiRegion }) => [aliases, description, multiRegion]),
      [
        [['alias/other-key'], 'Another key: not what backups are made with', false],
        [['alias/sql-backups'], 'Encrypts SQL Server backups', false],
        [[], Description, false],
      ],
    );
    assert.equal(keys[1]?.arn, scene.seed.kmsKeyArn);
    assert.equal(keys[2]?.arn, created.KeyMetadata?.Arn);
    const elsewhere = await listKeys(session, 'eu-west-1');
    assert.deepEqual(
      elsewhere.keys.map(({ aliases }) => aliases),
      [['alias/sql-backups']],
    );
    assert.match(elsewhere.keys[0]!.arn, /^arn:aws:kms:eu-west-1:/);
  });

  it('that may not be described are counted, and none are listed without the right to', async () => {
    const described = { ...allow('kms:DescribeKey'), Resource: scene.seed.kmsKeyArn };
    const some = await openWith('some', allow('kms:ListKeys', 'kms:ListAliases'), described);
    const { keys, undescribed } = await listKeys(some, region);
    assert.deepEqual(
      keys.map(({ arn }) => arn),
      [scene.seed.kmsKeyArn],
    );
    assert.ok(undescribed >= 1);
    const unnamed = await openWith('unnamed', allow('kms:ListKeys'), described);
    assert.deepEqual((await listKeys(unnamed, region)).keys[0]?.aliases, []);
    const none = await openWith('none', allow('kms:ListAliases'));
    await assert.rejects(listKeys(none, region), { code: 'aws/access-denied' });
  });
});

describe('option groups', () => {
  it('are those for SQL Server, with options, settings and the role', async () => {
    const groups = await listOptionGroups(session);
    const byName = (name: string) => groups.find((group) => group.name === name);
    const ready = byName(scene.seed.optionGroup);
    assert.deepEqual(
      [ready?.engine, ready?.majorEngineVersion, ready?.description, ready?.backupRestoreRole],
      ['sqlserver-se', '15.00', 'Native backup and restore', scene.seed.roleArn],
    );
    assert.match(ready?.arn ?? '', /^arn:aws:rds:us-east-1:\d{12}:og:/);
    assert.deepEqual(
      ready?.options.map(({ name, settings }) => ({ name, settings })),
      [
        {
          name: 'SQLSERVER_BACKUP_RESTORE',
          settings: [{ name: 'IAM_ROLE_ARN', value: scene.seed.roleArn }],
        },
      ],
    );
    const audit = byName('sqlserver-ee-2022-audit');
    assert.equal(audit?.backupRestoreRole, undefined);
    assert.equal(audit?.options[0]?.settings.length, 2);
    assert.deepEqual(byName('sqlserver-se-2016-empty')?.options, []);
    assert.equal(byName('sqlserver-se-2019-eu'), undefined);
    const nobody = await openWith('no-rds', allow('s3:ListBucket'));
    await assert.rejects(listOptionGroups(nobody), { code: 'aws/access-denied' });
  });
});

describe('instances', () => {
  it('say their engine in words', async () => {
    assert.deepEqual((await listInstances(session)).map(engineText), [
      'SQL Server 2016 Standard Edition 13.00.6300.2',
      'SQL Server 2019 Standard Edition 15.00.4415.2',
    ]);
  });
});
