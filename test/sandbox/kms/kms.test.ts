import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DecryptCommand,
  type DecryptCommandInput,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  type GenerateDataKeyCommandInput,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyPolicyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  type KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
  NotFoundException,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CloudScene, named } from '../../support/cloud.js';

describe('KMS', () => {
  let scene: CloudScene;
  let kms: KMSClient;
  let KeyId: string;
  before(async () => {
    scene = await CloudScene.start();
    kms = scene.kms();
    KeyId = scene.seed.kmsKeyArn;
  });
  after(() => scene.stop());

  const createKey = async (o: CreateKeyCommandInput = {}) =>
    (await kms.send(new CreateKeyCommand(o))).KeyMetadata!;
  const dataKey = (o: Partial<GenerateDataKeyCommandInput> = {}) =>
    kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', ...o }));
  const decrypt = (CiphertextBlob: Uint8Array | undefined, o: Partial<DecryptCommandInput> = {}) =>
    kms.send(new DecryptCommand({ CiphertextBlob, ...o }));

  it('gives data keys that it can open again', async () => {
    const { Plaintext, CiphertextBlob, KeyId: arn } = await dataKey();
    assert.equal(arn, KeyId);
    assert.equal(Plaintext?.length, 32);
    // As long as real ones: by its length nobody takes it for a key wrapped with AES (48 bytes).
    assert.equal(CiphertextBlob?.length, 184);
    const opened = await decrypt(CiphertextBlob);
    assert.deepEqual(opened.Plaintext, Plaintext);
    assert.equal(opened.KeyId, KeyId);
    const again = await dataKey();
    assert.notDeepEqual(again.Plaintext, Plaintext);

    const lengths: [Partial<GenerateDataKeyCommandInput>, number][] = [
      [{ KeySpec: 'AES_128' }, 16],
      [{ KeySpec: undefined, NumberOfBytes: 1024 }, 1024],
    ];
    for (const [o, length] of lengths) assert.equal((await dataKey(o)).Plaintext?.length, length);
    await assert.rejects(dataKey({ NumberOfBytes: 8 }), named('ValidationException'));
    await assert.rejects(
      dataKey({ KeySpec: undefined, NumberOfBytes: 2000 }),
      named('ValidationException'),
    );
    const wrapped = await kms.send(
      new GenerateDataKeyWithoutPlaintextCommand({ KeyId, KeySpec: 'AES_256' }),
    );
    assert.equal((await decrypt(wrapped.CiphertextBlob)).Plaintext?.length, 32);
  });

  it('binds a blob to its encryption context', async () => {
    const EncryptionContext = { kms_cmk_id: KeyId, 'aws:x-amz-cek-alg': 'AES/CBC/PKCS5Padding' };
    const { CiphertextBlob, Plaintext } = await dataKey({ EncryptionContext });
    const reordered = Object.fromEntries(Object.entries(EncryptionContext).reverse());
    assert.deepEqual(
      (await decrypt(CiphertextBlob, { EncryptionContext: reordered })).Plaintext,
      Plaintext,
    );
    const others = [undefined, {}, { kms_cmk_id: KeyId }, { ...EncryptionContext, more: '1' }];
    for (const context of others) {
      await assert.rejects(
        decrypt(CiphertextBlob, { EncryptionContext: context }),
        (error) => error instanceof InvalidCiphertextException,
      );
    }
  });

  it('refuses blobs that are damaged, foreign or for another key', async () => {
    const { CiphertextBlob } = await dataKey();
    const blob = Buffer.from(CiphertextBlob!);
    for (let at = 0; at < blob.length; at++) {
      const damaged = Buffer.from(blob);
      damaged[at] = damaged[at]! ^ 1;
      await assert.rejects(decrypt(damaged), (error: Error) => {
        // Another key hash is a key that nobody knows; everything else is damage.
        const expected =
          at >= 5 && at < 37 ? 'AccessDeniedException' : 'InvalidCiphertextException';
        assert.equal(error.name, expected, `byte ${String(at)}`);
        return true;
      });
    }
    for (const other of [
      Buffer.alloc(1),
      Buffer.alloc(48, 7),
      blob.subarray(0, -1),
      Buffer.concat([blob, blob]),
    ]) {
      await assert.rejects(decrypt(other), named('InvalidCiphertextException'));
    }
    const { Arn } = await createKey();
    await assert.rejects(decrypt(blob, { KeyId: Arn }), (error: Error) => {
      assert.ok(error instanceof IncorrectKeyException);
      assert.equal(
        error.message,
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
      return true;
    });
    // Another region has other keys.
    await assert.rejects(
      scene.kms('eu-west-1').send(new DecryptCommand({ CiphertextBlob: blob })),
      named(
        'AccessDeniedException',
        /The ciphertext refers to a customer master key that does not exist/,
      ),
    );
  });

  it('encrypts small data, and encrypts it anew for another key', async () => {
    const { Arn: other } = await createKey();
    const Plaintext = Buffer.from('a 32-byte data key, for instance');
    const first = await kms.send(
      new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { a: '1' } }),
    );
    const second = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: first.CiphertextBlob,
        SourceEncryptionContext: { a: '1' },
        DestinationKeyId: other,
        DestinationEncryptionContext: { b: '2' },
      }),
    );
    assert.equal(second.KeyId, other);
    const opened = await decrypt(second.CiphertextBlob, { EncryptionContext: { b: '2' } });
    assert.deepEqual(Buffer.from(opened.Plaintext!), Plaintext);
    await assert.rejects(
      kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(4097) })),
      named('ValidationException'),
    );
  });

  it('finds keys by id, ARN, alias and alias ARN, and says how it did not', async () => {
    const { Arn, KeyId: id } = await createKey({ Description: 'named' });
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/team/named', TargetKeyId: id }));
    const account = scene.seed.accountId;
    const aliasArn = `arn:aws:kms:us-east-1:${account}:alias/team/named`;
    for (const name of [id, Arn, 'alias/team/named', aliasArn]) {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: name }));
      assert.equal(KeyMetadata?.Arn, Arn);
      assert.equal(KeyMetadata?.Description, 'named');
    }
    const none = '1234abcd-12ab-34cd-56ef-1234567890ab';
    const misses: [string, string][] = [
      [none, `Key 'arn:aws:kms:us-east-1:${account}:key/${none}' does not exist`],
      [
        `arn:aws:kms:us-east-1:${account}:key/${none}`,
        `Key 'arn:aws:kms:us-east-1:${account}:key/${none}' does not exist`,
      ],
      ['nonsense', "Invalid keyId 'nonsense'"],
      ['alias/none', `Alias arn:aws:kms:us-east-1:${account}:alias/none is not found.`],
      [Arn!.replace('us-east-1', 'eu-west-1'), 'Invalid arn eu-west-1'],
    ];
    for (const [name, message] of misses) {
      await assert.rejects(kms.send(new DescribeKeyCommand({ KeyId: name })), (error: Error) => {
        assert.ok(error instanceof NotFoundException, name);
        assert.equal(error.message, message);
        return true;
      });
    }
    await assert.rejects(
      kms.send(new DescribeKeyCommand({ KeyId: Arn!.replace(account, '999999999999') })),
      named('AccessDeniedException', /the resource does not exist in this Region/),
    );
    await assert.rejects(
      kms.send(new CreateAliasCommand({ AliasName: 'alias/team/named', TargetKeyId: id })),
      named('AlreadyExistsException'),
    );
    await kms.send(new DeleteAliasCommand({ AliasName: 'alias/team/named' }));
    await assert.rejects(
      kms.send(new DeleteAliasCommand({ AliasName: 'alias/team/named' })),
      named('NotFoundException'),
    );
  });

  it('lists keys and aliases by pages', async () => {
    for (let n = 0; n < 3; n++) await createKey();
    const all = (await kms.send(new ListKeysCommand({}))).Keys!.map((key) => key.KeyId);
    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await kms.send(new ListKeysCommand({ Limit: 2, Marker }));
      seen.push(...page.Keys!.map((key) => key.KeyId));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    assert.deepEqual(seen, all);
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId }));
    assert.deepEqual(
      Aliases?.map((alias) => alias.AliasName),
      ['alias/sql-backups'],
    );
    const every = await kms.send(new ListAliasesCommand({}));
    assert.ok(every.Aliases?.some((alias) => alias.AliasName === 'alias/aws/rds'));
  });

  it('obeys the state of a key', async () => {
    const { Arn } = await createKey();
    const key = { KeyId: Arn };
    const { CiphertextBlob } = await dataKey(key);
    await kms.send(new DisableKeyCommand(key));
    const disabled = named('DisabledException', new RegExp(`^${Arn!} is disabled\\.$`));
    await assert.rejects(dataKey(key), disabled);
    await assert.rejects(decrypt(CiphertextBlob), disabled);
    await kms.send(new EnableKeyCommand(key));
    await decrypt(CiphertextBlob);

    const scheduled = await kms.send(
      new ScheduleKeyDeletionCommand({ ...key, PendingWindowInDays: 7 }),
    );
    const inAWeek = new Date(scene.clock.now().getTime() + 7 * 86_400_000);
    assert.deepEqual(scheduled.DeletionDate, inAWeek);
    await assert.rejects(
      decrypt(CiphertextBlob),
      named('KMSInvalidStateException', /is pending deletion\.$/),
    );
    await assert.rejects(kms.send(new EnableKeyCommand(key)), named('KMSInvalidStateException'));
    await kms.send(new CancelKeyDeletionCommand(key));
    await kms.send(new EnableKeyCommand(key));
    await decrypt(CiphertextBlob);
    await kms.send(new ScheduleKeyDeletionCommand({ ...key, PendingWindowInDays: 7 }));
    scene.clock.advance(7 * 86_400 + 1);
    await assert.rejects(dataKey(key), named('NotFoundException', /does not exist/));
    await assert.rejects(
      kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 3 })),
      named('ValidationException'),
    );
  });

  it('makes asymmetric keys and refuses them where RDS could not use them', async () => {
    const signing = await createKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
    assert.equal(signing.KeySpec, 'RSA_2048');
    await assert.rejects(
      dataKey({ KeyId: signing.Arn }),
      named(
        'InvalidKeyUsageException',
        /key usage is SIGN_VERIFY which is not valid for GenerateDataKey\.$/,
      ),
    );
    const rsa = await createKey({ KeySpec: 'RSA_4096', KeyUsage: 'ENCRYPT_DECRYPT' });
    await assert.rejects(
      dataKey({ KeyId: rsa.Arn }),
      named('InvalidKeyUsageException', /RSA_4096/),
    );
    await assert.rejects(
      createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'ENCRYPT_DECRYPT' }),
      named('ValidationException'),
    );
    await assert.rejects(
      dataKey({ KeyId: 'alias/aws/rds' }),
      named('AccessDeniedException', /AWS managed key/),
    );
  });

  it('keeps key policies', async () => {
    const get = async () => (await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy!;
    assert.match(await get(), /Enable IAM User Permissions/);
    await assert.rejects(
      kms.send(new PutKeyPolicyCommand({ KeyId, Policy: '{"Statement":[]}' })),
      named('MalformedPolicyDocumentException'),
    );
  });

  it('survives a restart with its keys, whose material lies apart and closed', async () => {
    const { CiphertextBlob, Plaintext } = await dataKey({ EncryptionContext: { x: 'y' } });
    await scene.restart();
    const opened = await scene
      .kms()
      .send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { x: 'y' } }));
    assert.deepEqual(opened.Plaintext, Plaintext);
    const material = path.join(scene.folder, 'aws', 'kms-material.json');
    const stored = JSON.parse(await readFile(material, 'utf8')) as Record<string, string>;
    const described = await readFile(path.join(scene.folder, 'aws', 'kms.json'), 'utf8');
    for (const secret of Object.values(stored)) assert.ok(!described.includes(secret));
    if (process.platform !== 'win32') {
      assert.equal((await stat(material)).mode & 0o777, 0o600);
    }
  });
});
