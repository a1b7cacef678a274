import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { describeKey } from '../../../src/core/aws/describeKey.js';
import { kmsKeyService } from '../../../src/core/aws/kmsKeyService.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import { diagnose } from '../../../src/core/diagnosis/diagnose.js';
import { EngineError } from '../../../src/core/errors.js';
import { awsHome } from './awsHome.js';
import { type Answering, fakeAws, jsonError } from './fakeAws.js';

const keyArn = 'arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const plaintext = Buffer.alloc(32, 7);
const wrapped = Buffer.from('a wrapped key');
const base64 = (bytes: Buffer) => bytes.toString('base64');

let home: Awaited<ReturnType<typeof awsHome>>;
let aws: Awaited<ReturnType<typeof fakeAws>>;
let session: AwsSession;
let answer: Answering;
const sent = () => JSON.parse(aws.requests.at(-1)?.body ?? '') as Record<string, unknown>;

before(async () => {
  home = await awsHome();
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIATEST';
  process.env['AWS_SECRET_ACCESS_KEY'] = 's';
  process.env['AWS_MAX_ATTEMPTS'] = '1';
  aws = await fakeAws((request) => answer(request));
  session = await openSession({ region: 'eu-west-1', endpointUrl: aws.url });
});
after(async () => {
  session.dispose();
  await aws.stop();
  await home.remove();
});

describe('KMS as the key service', () => {
  it('generates an AES-256 data key in the region of the key, without an empty context', async () => {
    answer = () => ({
      body: { Plaintext: base64(plaintext), CiphertextBlob: base64(wrapped), KeyId: keyArn },
    });
    const key = await kmsKeyService(session).generateDataKey(keyArn, {});
    assert.deepEqual(key, { plaintext, wrapped, keyArn });
    assert.deepEqual(sent(), { KeyId: keyArn, KeySpec: 'AES_256' });
    assert.equal(aws.requests.at(-1)?.region, 'us-east-2');
  });

  it('sends a context as it is, and asks for a bare id in the session’s region', async () => {
    answer = () => ({
      body: { Plaintext: base64(plaintext), CiphertextBlob: base64(wrapped), KeyId: keyArn },
    });
    await kmsKeyService(session).generateDataKey('alias/backup', { kms_cmk_id: keyArn });
    assert.deepEqual(sent()['EncryptionContext'], { kms_cmk_id: keyArn });
    assert.equal(aws.requests.at(-1)?.region, 'eu-west-1');
  });

  it('decrypts, with the key pinned when it is given', async () => {
    answer = () => ({ body: { Plaintext: base64(plaintext), KeyId: keyArn } });
    const keys = kmsKeyService(session);
    assert.deepEqual(await keys.decrypt(wrapped, {}, keyArn), { plaintext, keyArn });
    assert.deepEqual(sent(), { CiphertextBlob: base64(wrapped), KeyId: keyArn });
    assert.deepEqual(await keys.decrypt(wrapped, { a: 'b' }), { plaintext, keyArn });
    assert.deepEqual(sent(), {
      CiphertextBlob: base64(wrapped),
      EncryptionContext: { a: 'b' },
    });
  });

  it('stops when cancelled', async () => {
    answer = () => ({ body: { Plaintext: base64(plaintext), KeyId: keyArn } });
    const signal = AbortSignal.abort();
    await assert.rejects(kmsKeyService(session).decrypt(wrapped, {}, keyArn, signal), {
      code: 'cancelled',
    });
  });

  const failures: readonly (readonly [name: string, text: string | undefined, code: string])[] = [
    ['InvalidCiphertextException', undefined, 'kms/wrong-context-or-blob'],
    [
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
      'kms/wrong-key',
    ],
    ['NotFoundException', `Key '${keyArn}' does not exist`, 'kms/key-not-found'],
    [
      'AccessDeniedException',
      `User: arn:aws:iam::111122223333:user/me is not authorized to perform: kms:Decrypt on resource: ${keyArn}`,
      'kms/access-denied',
    ],
    ['DisabledException', `${keyArn} is disabled.`, 'kms/key-disabled'],
    ['KMSInvalidStateException', `${keyArn} is pending deletion.`, 'kms/key-state'],
    [
      'InvalidKeyUsageException',
      `${keyArn} key usage is SIGN_VERIFY which is not valid for Decrypt.`,
      'kms/key-not-symmetric',
    ],
  ];
  for (const [name, text, code] of failures) {
    it(`${name} is ${code}, keeps the SDK's error and is in the catalogue`, async () => {
      answer = () => jsonError(name, text);
      await assert.rejects(kmsKeyService(session).decrypt(wrapped, {}, keyArn), (error) => {
        assert.ok(error instanceof EngineError);
        assert.equal(error.code, code);
        assert.equal((error.cause as Error).name, name);
        assert.match(diagnose(error)?.id ?? '', /^aws-/);
        return true;
      });
    });
  }

  it('other failures name the call', async () => {
    answer = () => jsonError('ValidationException', '1 validation error detected');
    await assert.rejects(kmsKeyService(session).generateDataKey(keyArn, {}), {
      code: 'aws/call-failed',
      message: /^Generating a data key failed: ValidationException: 1 validation/,
    });
  });
});

describe('describing a key', () => {
  it('tells its ARN, state and kind', async () => {
    answer = () => ({
      body: {
        KeyMetadata: {
          Arn: keyArn,
          KeyId: 'x',
          KeyState: 'Enabled',
          KeySpec: 'SYMMETRIC_DEFAULT',
          KeyManager: 'CUSTOMER',
          Description: 'For backups',
          MultiRegion: false,
        },
      },
    });
    assert.deepEqual(await describeKey(session, 'alias/backup'), {
      arn: keyArn,
      region: 'eu-west-1',
      description: 'For backups',
      state: 'Enabled',
      enabled: true,
      symmetric: true,
      multiRegion: false,
      manager: 'CUSTOMER',
    });
  });

  it('tells a key of another kind and state', async () => {
    answer = () => ({
      body: {
        KeyMetadata: { Arn: keyArn, KeyId: 'x', KeyState: 'PendingDeletion', KeySpec: 'RSA_2048' },
      },
    });
    const key = await describeKey(session, keyArn);
    assert.equal(key.enabled, false);
    assert.equal(key.symmetric, false);
    assert.equal(key.region, 'us-east-2');
  });

  it('names a key that is not there', async () => {
    answer = () => jsonError('NotFoundException', 'Alias alias/x is not found.');
    await assert.rejects(describeKey(session, 'alias/x'), {
      code: 'kms/key-not-found',
      message: /alias\/x/,
    });
  });
});
