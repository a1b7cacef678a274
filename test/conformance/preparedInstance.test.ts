import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { listInstances } from '../../src/core/aws/instances.js';
import { kmsKeyService } from '../../src/core/aws/kmsKeyService.js';
import type { AwsSession } from '../../src/core/aws/session.js';
import { uploadEncrypted } from '../../src/core/transfer/upload.js';
import { AwsCli } from './awsCli.js';
import { engineSession } from './awsPlace.js';
import { smallBackup } from './backups.js';
import { CleanUp } from './cleanUp.js';
import { type SandboxPlace, startSandboxPlace } from './sandboxPlace.js';
import { tsql } from './tsql.js';

const roleName = 'made-by-cli';
const optionGroup = 'made-by-cli';

/** The steps of the RDS User Guide, done with AWS's and FreeTDS's own programs. */
describe('an instance prepared with the AWS CLI', () => {
  const cleanUp = new CleanUp();
  let place: SandboxPlace;
  let session: AwsSession;
  let folder: string;
  let aws: AwsCli;

  const target = () => place.info.instances.find(({ id }) => id === 'sql2016')!;
  const readiness = async () =>
    (await listInstances(session)).find(({ id }) => id === target().id)?.backupRestore;

  before(async () => {
    place = await startSandboxPlace();
    cleanUp.add(place.stop);
    folder = await cleanUp.temporaryFolder();
    aws = await AwsCli.in(folder, place);
    session = await engineSession(place);
    cleanUp.add(() => {
      session.dispose();
    });
  });
  after(() => cleanUp.run());

  it('becomes ready for backup and restore', async () => {
    assert.equal((await readiness())?.state, 'missing');
    await writeFile(path.join(folder, 'trust.json'), trustPolicy(place, target().id));
    await writeFile(path.join(folder, 'permissions.json'), permissionPolicy(place));
    const roleArn = await aws.text(
      'Role.Arn',
      ...['iam', 'create-role', '--role-name', roleName],
      ...['--assume-role-policy-document', 'file://trust.json'],
    );
    await aws.run(
      ...['iam', 'put-role-policy', '--role-name', roleName, '--policy-name', 'backup-restore'],
      ...['--policy-document', 'file://permissions.json'],
    );
    await aws.run(
      ...['rds', 'create-option-group', '--option-group-name', optionGroup],
      ...['--engine-name', 'sqlserver-se', '--major-engine-version', '13.00'],
      ...['--option-group-description', 'Native backup and restore'],
    );
    await aws.run(
      ...['rds', 'add-option-to-option-group', '--apply-immediately'],
      ...['--option-group-name', optionGroup, '--options'],
      `OptionName=SQLSERVER_BACKUP_RESTORE,OptionSettings=[{Name=IAM_ROLE_ARN,Value=${roleArn}}]`,
    );
    await aws.run(
      ...['rds', 'modify-db-instance', '--db-instance-identifier', target().id],
      ...['--option-group-name', optionGroup, '--apply-immediately'],
    );
    await aws.run('rds', 'wait', 'db-instance-available', '--db-instance-identifier', target().id);
    await until(async () => (await readiness())?.state === 'ready');
    assert.deepEqual(await readiness(), { state: 'ready', optionGroup, roleArn });
  });

  it('restores an encrypted backup that tsql asks for', async () => {
    const { bucket, kmsKeyArn } = place.info;
    const { file } = await smallBackup();
    await uploadEncrypted({
      ...{ file, bucket, key: 'prepared.bak', kmsKeyId: kmsKeyArn },
      ...{ s3: await session.s3(), keys: kmsKeyService(session) },
    });
    const submitted = await tsql(folder, target(), [
      `exec msdb.dbo.rds_restore_database @restore_db_name='northwind',
        @s3_arn_to_restore_from='arn:aws:s3:::${bucket}/prepared.bak',
        @kms_master_key_arn='${kmsKeyArn}'`,
    ]);
    assert.match(submitted.stderr, /Task Id: 1\b/);
    let status = '';
    await until(async () => {
      const batch = 'exec msdb.dbo.rds_task_status @task_id = 1';
      status = (await tsql(folder, target(), [batch])).stdout;
      return /\t(SUCCESS|ERROR|CANCELLED)\t/.test(status);
    });
    assert.match(status, /\tRESTORE_DB\tnorthwind\t100\t\d+\tSUCCESS\t/);
    assert.match(status, /Command execution completed successfully\./);
    const databases = await tsql(folder, target(), ['select name, state_desc from sys.databases']);
    assert.match(databases.stdout, /^northwind\tONLINE$/m);
  });

  it('tells the managed password of another instance', async () => {
    const managed = place.info.instances.find(({ id }) => id === 'sql2019')!;
    const secretArn = await aws.text(
      'DBInstances[0].MasterUserSecret.SecretArn',
      ...['rds', 'describe-db-instances', '--db-instance-identifier', managed.id],
    );
    const secret = await aws.text(
      'SecretString',
      ...['secretsmanager', 'get-secret-value', '--secret-id', secretArn],
    );
    const { username, password } = JSON.parse(secret) as { username: string; password: string };
    const login = { ...managed, user: username, password };
    const { stdout } = await tsql(folder, login, ['select suser_sname() as who']);
    assert.match(stdout, new RegExp(`^${username}$`, 'm'));
  });
});

async function until(happened: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await happened())) {
    assert.ok(Date.now() < deadline, 'it never happened');
    await delay(250);
  }
}

function trustPolicy({ info }: SandboxPlace, instanceId: string): string {
  const arn = (type: string, name: string) =>
    `arn:aws:rds:${info.region}:${info.accountId}:${type}:${name}`;
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'rds.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: {
            'aws:SourceAccount': info.accountId,
            'aws:SourceArn': [arn('db', instanceId), arn('og', optionGroup)],
          },
        },
      },
    ],
  });
}

function permissionPolicy({ info }: SandboxPlace): string {
  const bucketArn = `arn:aws:s3:::${info.bucket}`;
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['kms:DescribeKey', 'kms:Decrypt'],
        Resource: info.kmsKeyArn,
      },
      { Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: bucketArn },
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:GetObjectAttributes'],
        Resource: `${bucketArn}/*`,
      },
    ],
  });
}
