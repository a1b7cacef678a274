import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeKey } from '../../../src/core/aws/describeKey.js';
import { listKeys } from '../../../src/core/aws/keys.js';
import { createKey, type EmulatorScene } from './emulatorScene.js';

/** More than a page of aliases has. */
const manyAliases = 104;

/** GenerateDataKey, Decrypt, DescribeKey, ListKeys and ListAliases. */
export function keyTests(scene: EmulatorScene): void {
  it('is refused the data key when the encryption context differs', async () => {
    const { keys, kmsKeyArn } = scene;
    const context = { kms_cmk_id: kmsKeyArn };
    const made = await keys.generateDataKey(kmsKeyArn, context);
    const opened = await keys.decrypt(made.wrapped, context);
    assert.deepEqual(opened.plaintext, made.plaintext);
    assert.equal(opened.keyArn, made.keyArn);
    await assert.rejects(keys.decrypt(made.wrapped, {}), { code: 'kms/wrong-context-or-blob' });
  });

  it('describes a key by its id, its ARN and its alias, and says when there is none', async () => {
    const { session } = scene;
    const arn = await createKey(session, 'for backups');
    const { CreateAliasCommand } = await import('@aws-sdk/client-kms');
    const kms = await session.kms();
    const [keyId] = arn.split('/').slice(-1);
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/described', TargetKeyId: keyId }));
    for (const name of [
      arn,
      keyId!,
      'alias/described',
      arn.replace(/key\/.*/, 'alias/described'),
    ]) {
      const { enabled, symmetric, manager, description, ...found } = await describeKey(
        session,
        name,
      );
      assert.equal(found.arn, arn);
      assert.deepEqual([enabled, symmetric, manager], [true, true, 'CUSTOMER']);
      assert.equal(description, 'for backups');
    }
    const none = arn.replace(/key\/.*/, 'key/11111111-2222-3333-4444-555555555555');
    await assert.rejects(describeKey(session, none), { code: 'kms/key-not-found' });
  });

  it('lists the keys that RDS can use, with all their aliases', async () => {
    const { session } = scene;
    const kms = await session.kms();
    const { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand } =
      await import('@aws-sdk/client-kms');
    const disabled = await createKey(session);
    await kms.send(new DisableKeyCommand({ KeyId: disabled.split('/')[1] }));
    const signing = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' } as const;
    const { KeyMetadata: other } = await kms.send(new CreateKeyCommand(signing));
    const named = await createKey(session, 'named');
    const names = Array.from({ length: manyAliases }, (_, number) => `alias/many-${1000 + number}`);
    for (const AliasName of names) {
      await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: named.split('/')[1] }));
    }
    const { keys, undescribed } = await listKeys(session, session.region);
    assert.equal(undescribed, 0);
    const arns = keys.map(({ arn }) => arn);
    assert.ok(arns.includes(scene.kmsKeyArn));
    assert.ok(!arns.includes(disabled) && !arns.includes(other!.Arn!));
    assert.deepEqual(keys.find(({ arn }) => arn === named)?.aliases, names);
    assert.deepEqual((await listKeys(session, 'eu-west-3')).keys, []);
  });
}
