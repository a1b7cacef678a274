import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { S3Client } from '@aws-sdk/client-s3';
import { listInstances } from '../../src/core/aws/instances.js';
import { kmsKeyService } from '../../src/core/aws/kmsKeyService.js';
import type { AwsSession } from '../../src/core/aws/session.js';
import type { KeyService } from '../../src/core/envelope/envelope.js';
import { EngineError } from '../../src/core/errors.js';
import { downloadDecrypted } from '../../src/core/transfer/download.js';
import { uploadEncrypted } from '../../src/core/transfer/upload.js';
import { verifyObject } from '../../src/core/transfer/verify.js';
import { engineSession } from './awsPlace.js';
import { type BackupFile, largeBackup, partBytes, sha256Of, smallBackup } from './backups.js';
import { CleanUp } from './cleanUp.js';
import { startMinistack, startMoto } from './emulators.js';

const bucket = 'conformance-backups';
const roleArn = 'arn:aws:iam::123456789012:role/rds-backup-restore';
const optionGroup = { OptionGroupName: 'payroll-options' };

for (const [name, start] of [
  ['moto', startMoto],
  ['ministack', startMinistack],
] as const) {
  describe(`the engine against ${name}`, () => {
    const cleanUp = new CleanUp();
    let session: AwsSession;
    let s3: S3Client;
    let keys: KeyService;
    let kmsKeyId: string;
    let folder: string;
    let backups: Record<'small' | 'large', BackupFile>;

    before(async () => {
      const emulator = await start();
      cleanUp.add(emulator.stop);
      session = await engineSession(emulator);
      cleanUp.add(() => {
        session.dispose();
      });
      s3 = await session.s3();
      keys = kmsKeyService(session);
      folder = await cleanUp.temporaryFolder();
      backups = { small: await smallBackup(), large: await largeBackup(folder) };
      const { CreateBucketCommand } = await import('@aws-sdk/client-s3');
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      kmsKeyId = await createKey(session);
    });
    after(() => cleanUp.run());

    for (const format of ['v1', 'v2'] as const) {
      for (const size of ['small', 'large'] as const) {
        it(`uploads a ${size} file as ${format}, proves it and gets it back`, async () => {
          const { file, sha256 } = backups[size];
          const key = `${format}/${size} ü+.bak`;
          const target = { bucket, key, s3, keys };
          await uploadEncrypted({ ...target, file, kmsKeyId, format, partSize: partBytes });
          await checkStored(s3, key, format, size === 'large' ? 3 : 1);
          await verifyObject(target);
          const copy = path.join(folder, `${format}-${size}.bak`);
          const result = await downloadDecrypted({ ...target, file: copy });
          assert.equal(result.sha256, sha256);
          assert.equal(await sha256Of(copy), sha256);
        });
      }
    }

    it('is refused the data key when the encryption context differs', async () => {
      const context = { kms_cmk_id: kmsKeyId };
      const made = await keys.generateDataKey(kmsKeyId, context);
      const opened = await keys.decrypt(made.wrapped, context);
      assert.deepEqual(opened.plaintext, made.plaintext);
      assert.equal(opened.keyArn, made.keyArn);
      await assert.rejects(
        keys.decrypt(made.wrapped, {}),
        (error) => error instanceof EngineError && error.code === 'kms/wrong-context-or-blob',
      );
    });

    it('lists the SQL Server instances alone, and tells which is ready for restores', async () => {
      await createInstances(session);
      const instances = await listInstances(session);
      assert.deepEqual(
        instances.map(({ id, engine }) => ({ id, engine })),
        [{ id: 'payroll', engine: 'sqlserver-se' }],
      );
      if (name === 'ministack') return; // It has no ModifyOptionGroup.
      assert.equal(instances[0]?.backupRestore.state, 'missing');
      await addBackupRestoreOption(session);
      assert.deepEqual((await listInstances(session))[0]?.backupRestore, {
        ...{ state: 'ready', optionGroup: 'payroll-options', roleArn },
      });
    });
  });
}

async function createKey(session: AwsSession): Promise<string> {
  const { CreateKeyCommand } = await import('@aws-sdk/client-kms');
  const kms = await session.kms();
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  assert.ok(KeyMetadata?.Arn);
  return KeyMetadata.Arn;
}

async function checkStored(s3: S3Client, key: string, format: 'v1' | 'v2', parts: number) {
  const { HeadObjectCommand, ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3');
  const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  assert.ok(head.Metadata?.[format === 'v1' ? 'x-amz-key' : 'x-amz-key-v2']);
  // An ETag ends with the number of parts when there is more than one.
  assert.match(head.ETag ?? '', parts === 1 ? /^"[0-9a-f]{32}"$/ : new RegExp(`-${parts}"$`));
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  assert.deepEqual(Uploads, []);
}

async function addBackupRestoreOption(session: AwsSession) {
  const { ModifyOptionGroupCommand } = await import('@aws-sdk/client-rds');
  const OptionsToInclude = [
    {
      OptionName: 'SQLSERVER_BACKUP_RESTORE',
      OptionSettings: [{ Name: 'IAM_ROLE_ARN', Value: roleArn }],
    },
  ];
  const rds = await session.rds();
  await rds.send(
    new ModifyOptionGroupCommand({ ...optionGroup, OptionsToInclude, ApplyImmediately: true }),
  );
}

async function createInstances(session: AwsSession) {
  const { CreateDBInstanceCommand, CreateOptionGroupCommand } = await import('@aws-sdk/client-rds');
  const rds = await session.rds();
  await rds.send(
    new CreateOptionGroupCommand({
      ...optionGroup,
      EngineName: 'sqlserver-se',
      MajorEngineVersion: '15.00',
      OptionGroupDescription: 'made by the conformance tests',
    }),
  );
  const common = {
    DBInstanceClass: 'db.t3.small',
    AllocatedStorage: 20,
    MasterUsername: 'admin',
    MasterUserPassword: 'conformance-only',
  };
  for (const [id, engine] of [
    ['payroll', 'sqlserver-se'],
    ['blog', 'mysql'],
  ] as const) {
    const group = id === 'payroll' ? optionGroup : {};
    await rds.send(
      new CreateDBInstanceCommand({
        ...{ ...common, ...group },
        ...{ DBInstanceIdentifier: id, Engine: engine },
      }),
    );
  }
}
