import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createContentDecipher } from '../../support/wholeBody.js';
import { createEnvelope } from '../../../src/core/envelope/create.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { readability } from '../../../src/core/envelope/readability.js';
import { unwrapDataKey } from '../../../src/core/envelope/unwrap.js';
import { CancelledError, EngineError } from '../../../src/core/errors.js';
import { memoryKms } from './memoryKms.js';

const keyId = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

describe('createEnvelope', () => {
  it('writes V1 as RDS restores it: no encryption context, {} and nothing of V2', async () => {
    const keys = memoryKms();
    const made = await createEnvelope({ format: 'v1', keyId, keys, plaintextLength: 6 });
    assert.deepEqual(keys.generated, [{ keyId, context: {} }]);
    assert.deepEqual(Object.keys(made.metadata).sort(), [
      'x-amz-iv',
      'x-amz-key',
      'x-amz-matdesc',
      'x-amz-unencrypted-content-length',
    ]);
    assert.equal(made.metadata['x-amz-matdesc'], '{}');
    assert.equal(made.metadata['x-amz-unencrypted-content-length'], '6');
    assert.equal(made.metadata['x-amz-iv'], made.iv.toString('base64'));
    assert.equal(made.iv.length, 16);
    assert.equal(made.dataKey.length, 32);
    assert.equal(made.keyArn, keyId);
  });

  it('writes V2 as Encryption-Only clients do', async () => {
    const keys = memoryKms();
    const made = await createEnvelope({ format: 'v2', keyId, keys, plaintextLength: 0 });
    assert.deepEqual(keys.generated, [{ keyId, context: { kms_cmk_id: keyId } }]);
    const { 'x-amz-key-v2': key, 'x-amz-iv': iv, ...rest } = made.metadata;
    assert.ok(key && iv);
    assert.deepEqual(rest, {
      'x-amz-wrap-alg': 'kms',
      'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
      'x-amz-matdesc': `{"kms_cmk_id":"${keyId}"}`,
      'x-amz-unencrypted-content-length': '0',
    });
  });

  it('uses a new IV every time', async () => {
    const o = { format: 'v1', keyId, keys: memoryKms(), plaintextLength: 1 } as const;
    const ivs = new Set<string>();
    for (let i = 0; i < 20; i++) ivs.add((await createEnvelope(o)).iv.toString('hex'));
    assert.equal(ivs.size, 20);
  });

  it('is read back by the reader, whatever the key is called, from ASCII headers', async () => {
    const formats = fc.constantFrom('v1', 'v2');
    const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(formats, names, fc.uint8Array(), async (format, name, plain) => {
        const keys = memoryKms();
        const made = await createEnvelope({
          format,
          keyId: name,
          keys,
          plaintextLength: plain.length,
        });
        for (const value of Object.values(made.metadata)) assert.match(value, /^[\x20-\x7e]*$/);
        const cipher = createCipheriv('aes-256-cbc', made.dataKey, made.iv);
        const body = Buffer.concat([cipher.update(plain), cipher.final()]);

        const reading = parseEnvelope(made.metadata);
        assert.ok(reading.kind === 'envelope');
        const { envelope } = reading;
        assert.equal(envelope.plaintextLengthHint, plain.length);
        assert.equal(readability(envelope).rds.canRead, format === 'v1' ? 'yes' : 'unproven');
        const { dataKey } = await unwrapDataKey(envelope, keys);
        assert.equal(keys.decrypted.length, 1);
        const decipher = createContentDecipher(envelope, dataKey);
        const read = Buffer.concat([decipher.update(body), decipher.final()]);
        assert.deepEqual(read, Buffer.from(plain));
      }),
    );
  });

  it('refuses a data key of another size and zeroes it', async () => {
    const short = Buffer.alloc(16, 7);
    const keys = {
      ...memoryKms(),
      generateDataKey: () =>
        Promise.resolve({ plaintext: short, wrapped: Buffer.alloc(96), keyArn: keyId }),
    };
    await assert.rejects(createEnvelope({ format: 'v1', keyId, keys, plaintextLength: 1 }), {
      code: 'envelope/data-key-size',
    });
    assert.deepEqual(short, Buffer.alloc(16));
  });

  it('stops before KMS when cancelled, and passes on what KMS says', async () => {
    const keys = memoryKms();
    const o = { format: 'v1', keyId, keys, plaintextLength: 1 } as const;
    await assert.rejects(createEnvelope({ ...o, signal: AbortSignal.abort() }), CancelledError);
    assert.equal(keys.generated.length, 0);
    const failure = new EngineError('kms/disabled', 'The key is disabled.');
    const failing = { ...keys, generateDataKey: () => Promise.reject(failure) };
    await assert.rejects(createEnvelope({ ...o, keys: failing }), failure);
  });
});
