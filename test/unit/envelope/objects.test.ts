import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { after, describe, it } from 'node:test';
import type { Envelope } from '../../../src/core/envelope/envelope.js';
import {
  createCbcRangeDecipher,
  createGcmRangeDecipher,
} from '../../../src/core/envelope/contentDecipher.js';
import { ciphertextLength, plaintextBounds } from '../../../src/core/envelope/contentLength.js';
import { instructionFileKeys } from '../../../src/core/envelope/instructionFile.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { readability } from '../../../src/core/envelope/readability.js';
import { contentKey, unwrapDataKey } from '../../../src/core/envelope/unwrap.js';
import { EngineError } from '../../../src/core/errors.js';
import { createContentDecipher } from '../../support/wholeBody.js';
import { unwrapRaw } from './rawUnwrap.js';
import {
  envelopeOf,
  generated,
  generatedKeyArn,
  published,
  recordedKms,
  sha256,
  type VectorObject,
} from './vectors.js';

/** What the objects must turn out to be; a vector that fell out of the loops would show here. */
const seen = { kms: 0, raw: 0, refused: 0, instructionFile: 0, v1: 0, v2: 0, v3: 0 };

describe('objects of AWS encryption clients', () => {
  for (const object of [...published, ...generated]) {
    it(object.id, async () => {
      if (object.expect_error !== undefined) {
        await checkRefusal(object, object.expect_error);
        seen.refused++;
        return;
      }
      const envelope = envelopeOf(object);
      checkShape(object, envelope);
      const dataKey =
        object.kms_decrypt_returns_b64 === undefined
          ? await checkRawKey(object, envelope)
          : await checkKmsKey(object, envelope);
      checkContent(object, envelope, dataKey);
      seen[envelope.format]++;
      if (envelope.source === 'instruction-file') seen.instructionFile++;
    });
  }

  after(() => {
    // Published and generated, by the producers' own lists.
    assert.deepEqual(seen, {
      kms: 8 + 49,
      raw: 2 + 100,
      refused: 2,
      instructionFile: 1 + 18,
      v1: 2 + 27,
      v2: 7 + 95,
      v3: 1 + 27,
    });
    assert.deepEqual([published.length, generated.length], [12, 149]);
  });
});

/** What of the format can be told from the vector's own fields, not through the parser. */
function checkShape(object: VectorObject, envelope: Envelope): void {
  const inFile = JSON.parse(object.instruction_json ?? '{}') as Record<string, string>;
  const all = { ...object.metadata, ...inFile };
  const format = 'x-amz-3' in all ? 'v3' : 'x-amz-key-v2' in all ? 'v2' : 'v1';
  assert.equal(envelope.format, format);
  assert.equal(envelope.cipher, all['x-amz-c'] ?? all['x-amz-cek-alg'] ?? 'AES/CBC/PKCS5Padding');
  assert.equal(
    envelope.source,
    object.instruction_json === undefined ? 'metadata' : 'instruction-file',
  );
  const hint = object.metadata['x-amz-unencrypted-content-length'];
  assert.equal(envelope.plaintextLengthHint, hint === undefined ? undefined : Number(hint));
  if (object.instruction_suffix !== undefined) {
    assert.ok(instructionFileKeys('db.bak').includes(`db.bak${object.instruction_suffix}`));
    const alone = parseEnvelope(object.metadata);
    assert.equal(alone.kind, format === 'v3' ? 'needs-instruction-file' : 'none');
  }
  if (object.instruction_metadata !== undefined) {
    const fileMetadata = object.instruction_metadata;
    assert.throws(() => parseEnvelope(fileMetadata), { code: 'envelope/is-instruction-file' });
  }
}

async function checkKmsKey(object: VectorObject, envelope: Envelope): Promise<Buffer> {
  seen.kms++;
  const kms = recordedKms(object);
  const { dataKey, keyArn } = await unwrapDataKey(envelope, kms, { keyId: 'the-key' });
  assert.equal(keyArn, generatedKeyArn);
  const call = kms.calls[0]!;
  assert.equal(kms.calls.length, 1);
  assert.equal(call.keyId, 'the-key');
  assert.deepEqual(call.wrapped, envelope.wrappedKey);
  const inFile = JSON.parse(object.instruction_json ?? '{}') as Record<string, string>;
  const all = { ...object.metadata, ...inFile };
  const stored = JSON.parse(all['x-amz-t'] ?? all['x-amz-matdesc'] ?? '') as object;
  assert.deepEqual(call.context, object.kms_encryption_context ?? stored);
  assert.equal(readability(envelope).product.canRead, true);
  return dataKey;
}

const rawAlgorithmOf: Readonly<Record<string, string>> = {
  '02': 'AES/GCM',
  '22': 'RSA-OAEP-SHA1',
};

async function checkRawKey(object: VectorObject, envelope: Envelope): Promise<Buffer> {
  seen.raw++;
  const inFile = JSON.parse(object.instruction_json ?? '{}') as Record<string, string>;
  const all = { ...object.metadata, ...inFile };
  const named = rawAlgorithmOf[all['x-amz-w'] ?? ''] ?? all['x-amz-wrap-alg'];
  const byKey = object.rsa_private_key === undefined ? 'AES/ECB' : 'RSA PKCS#1 v1.5';
  assert.deepEqual(envelope.wrap, { kind: 'raw', algorithm: named ?? byKey });
  const kms = recordedKms(object);
  await assert.rejects(unwrapDataKey(envelope, kms), {
    code: 'envelope/raw-key',
    message: /raw key that AWS KMS does not hold.*RDS takes only a KMS key.*this product/,
  });
  assert.equal(kms.calls.length, 0);
  const who = readability(envelope);
  assert.equal(who.product.canRead, false);
  assert.equal(who.rds.canRead, 'no');
  return unwrapRaw(object, envelope);
}

function checkContent(object: VectorObject, envelope: Envelope, dataKey: Buffer): void {
  const { body, plaintext } = contentOf(object, envelope, dataKey);
  assert.equal(ciphertextLength(envelope.cipher, plaintext.length), body.length);
  const bounds = plaintextBounds(envelope.cipher, body.length);
  assert.ok(bounds.min <= plaintext.length && plaintext.length <= bounds.max);

  const whole = createContentDecipher(envelope, dataKey);
  const decrypted: Buffer[] = [];
  for (let at = 0; at < body.length; at += 65_537) {
    decrypted.push(whole.update(body.subarray(at, at + 65_537)));
  }
  decrypted.push(whole.final());
  assert.ok(Buffer.concat(decrypted).equals(plaintext), 'plaintext differs');
  checkRange(envelope, dataKey, body, plaintext);
}

/** The same plaintext from the last whole block on, by the ranged ciphers. */
function checkRange(envelope: Envelope, dataKey: Buffer, body: Buffer, plaintext: Buffer): void {
  const { key, iv } = contentKey(envelope, dataKey);
  const isCbc = envelope.cipher === 'AES/CBC/PKCS5Padding';
  const offset = Math.max(0, plaintext.length - 1 - ((plaintext.length - 1) % 16));
  const range = isCbc
    ? createCbcRangeDecipher({
        key,
        previousBlock: offset === 0 ? iv : body.subarray(offset - 16, offset),
        isLast: true,
      })
    : createGcmRangeDecipher({ key, iv, offset });
  const cipherBytes = isCbc ? body.subarray(offset) : body.subarray(offset, -16);
  const decrypted = Buffer.concat([range.update(cipherBytes), range.final()]);
  assert.deepEqual(decrypted, plaintext.subarray(offset));
}

function contentOf(object: VectorObject, envelope: Envelope, dataKey: Buffer) {
  if (object.body_hex !== undefined && object.plaintext_hex !== undefined) {
    return {
      body: Buffer.from(object.body_hex, 'hex'),
      plaintext: Buffer.from(object.plaintext_hex, 'hex'),
    };
  }
  // The multipart object: "byte i of an n-byte plaintext is (7*i + n) mod 256", and two digests.
  const n = object.plaintext_length!;
  const plaintext = Buffer.alloc(n);
  for (let i = 0; i < n; i++) plaintext[i] = 7 * i + n;
  assert.equal(sha256(plaintext), object.plaintext_sha256);
  assert.ok(envelope.format !== 'v3');
  const cipher = createCipheriv('aes-256-cbc', dataKey, envelope.iv);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  assert.equal(body.length, object.body_length);
  assert.equal(sha256(body), object.body_sha256);
  return { body, plaintext };
}

async function checkRefusal(object: VectorObject, expected: string): Promise<void> {
  const expectedError =
    expected === 'bad-base64'
      ? { code: 'envelope/malformed-header', message: /x-amz-d .*not valid base64/ }
      : { code: 'envelope/commitment-mismatch', message: /x-amz-d/ };
  let error: unknown;
  try {
    const envelope = envelopeOf(object);
    const { dataKey } = await unwrapDataKey(envelope, recordedKms(object));
    createContentDecipher(envelope, dataKey);
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof EngineError, 'must be refused');
  assert.equal(error.code, expectedError.code);
  assert.match(error.message, expectedError.message);
}
