import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Metadata } from '../../../src/core/envelope/envelope.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { readability } from '../../../src/core/envelope/readability.js';
import { v1, v2Cbc, v2Context, v2Gcm, v3, v3Body, v3File, without } from './samples.js';

function readers(metadata: Metadata, file?: Metadata) {
  const instruction = file && { json: JSON.stringify(file) };
  const reading = parseEnvelope(metadata, instruction);
  assert.ok(reading.kind === 'envelope');
  const { rds, product } = readability(reading.envelope);
  return { rds: rds.canRead, product: product.canRead, why: rds.why };
}

const kmsObjects: [string, Metadata, Metadata | undefined, 'yes' | 'unproven' | 'no', RegExp][] = [
  ['V1 with {}', v1, undefined, 'yes', /known to restore/],
  ['V1 without description', without(v1, 'x-amz-matdesc'), undefined, 'yes', /known to restore/],
  ['V1 described', { ...v1, 'x-amz-matdesc': '{"a":"b"}' }, undefined, 'unproven', /x-amz-matdesc/],
  ['V2 CBC', v2Cbc, undefined, 'unproven', /Encryption-Only/],
  ['V2 GCM', v2Gcm, undefined, 'no', /AES-GCM/],
  ['V2 kms+context', v2Context, undefined, 'no', /AES-GCM/],
  ['V3', v3, undefined, 'no', /AES-GCM/],
  ['V1 in an instruction file', {}, v1, 'no', /instruction file/],
  ['V2 in an instruction file', {}, v2Cbc, 'no', /instruction file/],
  ['V3 in an instruction file', v3Body, v3File, 'no', /instruction file/],
];

describe('readability', () => {
  for (const [name, metadata, file, rds, why] of kmsObjects) {
    it(`${name}: RDS ${rds}, this product yes`, () => {
      const who = readers(metadata, file);
      assert.equal(who.rds, rds);
      assert.match(who.why, why);
      assert.equal(who.product, true);
    });
  }

  it('raw keys: neither, and says why', () => {
    const raw: Metadata[] = [
      { ...v1, 'x-amz-key': Buffer.alloc(48, 1).toString('base64') },
      { ...v1, 'x-amz-key': Buffer.alloc(256, 1).toString('base64') },
      { ...v2Gcm, 'x-amz-wrap-alg': 'AES/GCM' },
      { ...v2Gcm, 'x-amz-wrap-alg': 'RSA-OAEP-SHA1' },
      { ...v2Cbc, 'x-amz-wrap-alg': 'AESWrap' },
      { ...without(v3, 'x-amz-t'), 'x-amz-w': '22' },
    ];
    for (const metadata of raw) {
      const who = readers(metadata);
      assert.deepEqual([who.rds, who.product], ['no', false]);
      assert.match(who.why, /raw key that AWS KMS does not hold/);
    }
  });

  it('kms+context with CBC is not Encryption-Only', () => {
    const who = readers({
      ...v2Cbc,
      'x-amz-wrap-alg': 'kms+context',
      'x-amz-matdesc': '{"aws:x-amz-cek-alg":"AES/CBC/PKCS5Padding"}',
    });
    assert.deepEqual([who.rds, who.product], ['no', true]);
  });
});
