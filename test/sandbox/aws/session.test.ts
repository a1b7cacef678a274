import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { bucketRegion } from '../../../src/core/aws/bucketRegion.js';
import { describeKey } from '../../../src/core/aws/describeKey.js';
import { describeInstance, listInstances } from '../../../src/core/aws/instances.js';
import { kmsKeyService } from '../../../src/core/aws/kmsKeyService.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import { type RunningSandbox, startSandbox } from '../../support/sandbox.js';
import { awsHome } from '../../unit/aws/awsHome.js';

let sandbox: RunningSandbox;
let home: Awaited<ReturnType<typeof awsHome>>;
let session: AwsSession;

before(async () => {
  home = await awsHome();
  sandbox = await startSandbox();
  const { endpointUrl, region, accessKeyId, secretAccessKey } = sandbox.info;
  await home.config(`[profile sandbox]\nregion = ${region}\nendpoint_url = ${endpointUrl}\n`);
  await home.credentials(
    `[sandbox]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  session = await openSession({ profile: 'sandbox' });
});
after(async () => {
  session.dispose();
  await sandbox.stop();
  await home.remove();
});

describe('a session in the sandbox, by profile', () => {
  it('is somebody in the account', async () => {
    const sts = await session.sts();
    const { Account } = await sts.send(new GetCallerIdentityCommand());
    assert.equal(Account, sandbox.info.accountId);
  });

  it('lists the instances: one ready for backup and restore, one without the option', async () => {
    const instances = await listInstances(session);
    const [ready, plain] = sandbox.info.instances.map(({ id }) =>
      instances.find((instance) => instance.id === id),
    );
    assert.deepEqual(ready?.backupRestore, {
      state: 'ready',
      optionGroup: sandbox.info.optionGroup,
      roleArn: sandbox.info.roleArn,
    });
    assert.equal(plain?.backupRestore.state, 'missing');
    const { host, port } = sandbox.info.instances[0]!;
    assert.deepEqual(ready.endpoint, { host, port });
    assert.deepEqual(await describeInstance(session, ready.id), ready);
    await assert.rejects(describeInstance(session, 'nope'), { code: 'rds/no-such-instance' });
  });

  it('knows the region of a bucket, also of one elsewhere', async () => {
    const { bucket, region } = sandbox.info;
    assert.equal(await bucketRegion(session, bucket), region);
    assert.equal(await bucketRegion(session, `${bucket}-eu`), 'eu-west-1');
    await assert.rejects(bucketRegion(session, 'no-such-bucket-here'), {
      code: 's3/no-such-bucket',
    });
  });

  it('wraps and opens a data key; a wrong context, key or ARN is told apart', async () => {
    const keys = kmsKeyService(session);
    const { kmsKeyArn } = sandbox.info;
    const context = { kms_cmk_id: kmsKeyArn };
    const key = await keys.generateDataKey(kmsKeyArn, context);
    assert.equal(key.keyArn, kmsKeyArn);
    assert.equal(key.plaintext.length, 32);
    assert.deepEqual((await keys.decrypt(key.wrapped, context)).plaintext, key.plaintext);
    await assert.rejects(keys.decrypt(key.wrapped, {}, kmsKeyArn), {
      code: 'kms/wrong-context-or-blob',
    });
    const other = await describeKey(session, 'alias/other-key');
    await assert.rejects(keys.decrypt(key.wrapped, context, other.arn), { code: 'kms/wrong-key' });
    const missing = kmsKeyArn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    await assert.rejects(keys.generateDataKey(missing, {}), { code: 'kms/key-not-found' });
  });

  it('describes keys', async () => {
    const own = await describeKey(session, sandbox.info.kmsKeyArn);
    assert.ok(own.enabled && own.symmetric && own.manager === 'CUSTOMER');
    assert.equal((await describeKey(session, 'alias/aws/s3')).manager, 'AWS');
  });

  it('assumes a role only if its trust policy allows it', async () => {
    const assumed = await openSession({ profile: 'sandbox', roleArn: sandbox.info.roleArn });
    await assert.rejects(assumed.credentials(), {
      code: 'aws/role-refused',
      message: new RegExp(sandbox.info.roleArn),
    });
    assumed.dispose();
  });
});
