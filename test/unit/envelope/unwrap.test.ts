import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  EncryptionContext,
  Envelope,
  KeyService,
  Metadata,
} from '../../../src/core/envelope/envelope.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { contentKey, unwrapDataKey } from '../../../src/core/envelope/unwrap.js';
import { CancelledError, EngineError } from '../../../src/core/errors.js';
import { v1, v2Cbc, v2Context, v2Gcm, v3 } from './samples.js';

function envelope(metadata: Metadata): Envelope {
  const reading = parseEnvelope(metadata);
  assert.ok(reading.kind === 'envelope');
  return reading.envelope;
}

const invalidCiphertext = () =>
  new EngineError('kms/wrong-context-or-blob', 'InvalidCiphertextException');

/** A KMS that opens its blob only under the contexts that `accepts` names. */
function kms(accepts: (context: EncryptionContext) => boolean, keyBytes = 32) {
  const asked: EncryptionContext[] = [];
  const given: Buffer[] = [];
  const service: KeyService = {
    generateDataKey: () => Promise.reject(new Error('not part of reading')),
    decrypt: (_, context) => {
      asked.push(context);
      if (!accepts(context)) return Promise.reject(invalidCiphertext());
      const plaintext = Buffer.alloc(keyBytes, 9);
      given.push(plaintext);
      return Promise.resolve({ plaintext, keyArn: 'arn:key' });
    },
  };
  return { ...service, asked, given };
}

const isEmpty = (context: EncryptionContext) => Object.keys(context).length === 0;
const described = { ...v1, 'x-amz-matdesc': '{"kms_cmk_id":"x"}' };

describe('unwrapDataKey', () => {
  it('asks once, with the context as found, when KMS accepts it', async () => {
    const cases: [Metadata, EncryptionContext][] = [
      [v1, {}],
      [described, {}],
      [v2Cbc, { kms_cmk_id: 'alias/backups' }],
      [v2Gcm, { kms_cmk_id: 'alias/backups' }],
      [v2Context, { 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding', user: 'night shift' }],
      [v3, { 'aws:x-amz-cek-alg': '115' }],
    ];
    for (const [metadata, context] of cases) {
      const keys = kms(() => true);
      const { dataKey, keyArn } = await unwrapDataKey(envelope(metadata), keys);
      assert.deepEqual(keys.asked, [context]);
      assert.deepEqual(dataKey, Buffer.alloc(32, 9));
      assert.equal(keyArn, 'arn:key');
    }
  });

  it('tries the other context of V1 and of V2 kms with CBC', async () => {
    const v1Keys = kms((context) => !isEmpty(context));
    await unwrapDataKey(envelope(described), v1Keys);
    assert.deepEqual(v1Keys.asked, [{}, { kms_cmk_id: 'x' }]);
    const v2Keys = kms(isEmpty);
    await unwrapDataKey(envelope(v2Cbc), v2Keys);
    assert.deepEqual(v2Keys.asked, [{ kms_cmk_id: 'alias/backups' }, {}]);
  });

  it('names the header when no context works, and never tries another for kms+context or GCM', async () => {
    const cases: [Metadata, string, number][] = [
      [v1, 'x-amz-key', 1],
      [described, 'x-amz-key', 2],
      [v2Cbc, 'x-amz-key-v2', 2],
      [v2Gcm, 'x-amz-key-v2', 1],
      [v2Context, 'x-amz-key-v2', 1],
      [v3, 'x-amz-3', 1],
    ];
    for (const [metadata, header, calls] of cases) {
      const keys = kms(() => false);
      await assert.rejects(unwrapDataKey(envelope(metadata), keys), (error: EngineError) => {
        assert.equal(error.code, 'kms/wrong-context-or-blob');
        assert.ok(error.message.includes(` ${header}:`), error.message);
        assert.equal(error.details.header, header);
        assert.ok(error.cause instanceof EngineError);
        return true;
      });
      assert.equal(keys.asked.length, calls);
    }
  });

  it('passes every other failure of KMS on at once', async () => {
    for (const failure of [
      new EngineError('kms/wrong-key', 'IncorrectKeyException'),
      Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }),
    ]) {
      let calls = 0;
      const keys: KeyService = {
        ...kms(() => true),
        decrypt: () => {
          calls++;
          return Promise.reject(failure);
        },
      };
      await assert.rejects(unwrapDataKey(envelope(v2Cbc), keys), failure);
      assert.equal(calls, 1);
    }
  });

  it('pins the key and hands the signal on', async () => {
    const { signal } = new AbortController();
    let asked: unknown[] = [];
    const keys: KeyService = {
      ...kms(() => true),
      decrypt: (...args) => {
        asked = args;
        return Promise.resolve({ plaintext: Buffer.alloc(32), keyArn: 'a' });
      },
    };
    await unwrapDataKey(envelope(v1), keys, { keyId: 'pinned', signal });
    assert.deepEqual(asked, [Buffer.alloc(96, 1), {}, 'pinned', signal]);
    asked = [];
    const cancelled = { signal: AbortSignal.abort() };
    await assert.rejects(unwrapDataKey(envelope(v1), keys, cancelled), CancelledError);
    assert.deepEqual(asked, []);
  });

  it('takes the key sizes of the cipher only, and zeroes any other', async () => {
    const sizes = [0, 1, 15, 16, 24, 31, 32, 33, 64];
    const allowed = { cbc: [16, 24, 32], other: [32] };
    for (const metadata of [v1, v2Cbc, v2Gcm, v2Context, v3]) {
      const isCbc = metadata === v1 || metadata === v2Cbc;
      for (const size of sizes) {
        const keys = kms(() => true, size);
        const unwrapped = unwrapDataKey(envelope(metadata), keys);
        if ((isCbc ? allowed.cbc : allowed.other).includes(size)) {
          assert.equal((await unwrapped).dataKey.length, size);
        } else {
          await assert.rejects(unwrapped, {
            code: 'envelope/data-key-size',
            message: new RegExp(`x-amz-(key|key-v2|3) unwraps to ${size} bytes`),
          });
          assert.deepEqual(keys.given, [Buffer.alloc(size)]);
        }
      }
    }
  });
});

describe('contentKey', () => {
  it('is the data key itself for V1 and V2', () => {
    const dataKey = Buffer.alloc(32, 5);
    for (const metadata of [v1, v2Cbc, v2Gcm]) {
      const parsed = envelope(metadata);
      const content = contentKey(parsed, dataKey);
      assert.equal(content.key, dataKey);
      assert.ok(parsed.format !== 'v3');
      assert.deepEqual(content.iv, parsed.iv);
      assert.equal(content.aad, undefined);
    }
  });

  it('checks sizes and, for V3, the commitment', () => {
    const key = (length: number) => Buffer.alloc(length, 5);
    assert.throws(() => contentKey(envelope(v3), key(16)), { code: 'envelope/data-key-size' });
    assert.throws(() => contentKey(envelope(v2Gcm), key(24)), { code: 'envelope/data-key-size' });
    assert.throws(() => contentKey(envelope(v1), key(31)), { code: 'envelope/data-key-size' });
    assert.throws(() => contentKey(envelope(v3), key(32)), {
      code: 'envelope/commitment-mismatch',
    });
  });
});
