import assert from 'node:assert/strict';
import crypto, { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { after, before, describe, it, mock } from 'node:test';
import { createEnvelope } from '../../src/core/envelope/create.js';
import type { Envelope, KeyService } from '../../src/core/envelope/envelope.js';
import { uploadEncrypted } from '../../src/core/transfer/upload.js';
import { Scene } from '../sandbox/transfer/scene.js';
import { unwrapRaw } from '../unit/envelope/rawUnwrap.js';
import {
  envelopeOf,
  generated,
  published,
  sha256,
  type VectorObject,
} from '../unit/envelope/vectors.js';
import { partBytes } from './backups.js';
import { encryptFile } from './encryptFile.js';

type CbcEnvelope = Exclude<Envelope, { format: 'v3' }>;
const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';

/** The envelope's headers, which an instruction file holds as the object itself would. */
const headersOf = (object: VectorObject) => ({
  ...object.metadata,
  ...(JSON.parse(object.instruction_json ?? '{}') as Record<string, string>),
});

const vectors = [...published, ...generated].filter(({ expect_error: error }) => !error);
const objects = vectors
  .map((object) => ({ object, theirs: headersOf(object), envelope: envelopeOf(object) }))
  .filter((one): one is typeof one & { envelope: CbcEnvelope } => {
    return one.envelope.cipher === 'AES/CBC/PKCS5Padding';
  });
const isPythonPackage = ({ object }: { object: VectorObject }) =>
  object.id.startsWith('pyS3Encryption/');

function plaintextOf(object: VectorObject): Buffer {
  if (object.plaintext_hex !== undefined) return Buffer.from(object.plaintext_hex, 'hex');
  const n = object.plaintext_length ?? assert.fail(object.id);
  return Buffer.from(Uint8Array.from({ length: n }, (_, i) => 7 * i + n));
}

/**
 * V1 with a key wrapped by KMS has no reader to be had, so objects of ours are compared with those that
 * others wrote: the same data key, IV and file must give the same object, byte for byte and header by
 * header. Of V1 only the wrapped key differs, because theirs are wrapped by raw keys; of V2 nothing.
 */
describe('objects of ours beside those of other clients, under their keys and IVs', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.open();
  });
  after(() => scene[Symbol.asyncDispose]());

  /** An object as the engine writes it, with a data key that KMS gives and an IV that chance gives. */
  async function written(object: VectorObject, envelope: CbcEnvelope, wrapped: Buffer) {
    const isV1 = envelope.format === 'v1';
    const dataKey = isV1
      ? unwrapRaw(object, envelope)
      : Buffer.from(object.kms_decrypt_returns_b64 ?? '', 'base64');
    const kmsKeyId = envelope.wrap.kind === 'kms' ? (envelope.wrap.context.kms_cmk_id ?? '') : '';
    const keys: KeyService = {
      generateDataKey: (_, context) => {
        assert.deepEqual(context, isV1 ? {} : { kms_cmk_id: kmsKeyId });
        return Promise.resolve({ plaintext: Buffer.from(dataKey), wrapped, keyArn });
      },
      decrypt: () => Promise.resolve({ plaintext: Buffer.from(dataKey), keyArn }),
    };
    const plaintext = plaintextOf(object);
    const file = scene.path('plaintext');
    await writeFile(file, plaintext);
    const { format } = envelope;
    const random = mock.method(crypto, 'randomBytes', (bytes: number) => {
      assert.equal(bytes, envelope.iv.length);
      return Buffer.from(envelope.iv);
    });
    syncBuiltinESMExports();
    try {
      if (plaintext.length === 0) {
        // Uploading refuses an empty file, which is no backup; what is beneath takes it.
        const envelope = { format, keyId: kmsKeyId, keys, plaintextLength: 0 };
        const { dataKey: key, iv, metadata } = await createEnvelope(envelope);
        return { body: await encryptFile(file, key, iv), metadata };
      }
      const upload = { ...scene.to(object.id), keys, kmsKeyId, file, format };
      await uploadEncrypted({ ...upload, force: true, overwrite: true, partSize: partBytes });
    } finally {
      random.mock.restore();
      syncBuiltinESMExports();
    }
    return scene.double.objects.get(object.id) ?? assert.fail('no object');
  }

  for (const { object, theirs, envelope } of objects.filter((one) => !isPythonPackage(one))) {
    it(`${envelope.format.toUpperCase()} ${object.id}`, async () => {
      const wrapped = envelope.format === 'v1' ? randomBytes(184) : envelope.wrappedKey;
      const ours = await written(object, envelope, wrapped);
      assert.equal(sha256(ours.body), object.body_sha256 ?? sha256(bodyOf(object)));

      const expected: Record<string, string> = {
        // No official client knows the length at the start of a multipart upload, where ours does.
        'x-amz-unencrypted-content-length': String(plaintextOf(object).length),
        ...theirs,
      };
      if (envelope.format === 'v1') {
        expected['x-amz-key'] = wrapped.toString('base64');
        // Raw keys can be described, and these are; a key of KMS is not.
        if (object.id.includes('/aesdesc/')) expected['x-amz-matdesc'] = '{}';
      }
      assert.deepEqual(ours.metadata, expected);
    });
  }

  it('V1 of the Python package, whose data keys are half as long: the same headers', async () => {
    const others = objects.filter(isPythonPackage);
    for (const { theirs, envelope } of others) {
      assert.equal(envelope.wrappedKey.length, 32);
      assert.deepEqual(Object.keys(theirs).sort(), ['x-amz-iv', 'x-amz-key', 'x-amz-matdesc']);
      assert.equal(theirs['x-amz-matdesc'], '{}');
    }
    assert.equal(others.length, 6);
    const named = objects.find(({ object }) => object.id === 'javaV1/EncryptionOnly/aes/16');
    assert.ok(named);
    const ours = await written(named.object, named.envelope, randomBytes(184));
    const { 'x-amz-unencrypted-content-length': length, ...rest } = ours.metadata;
    assert.equal(length, '16');
    assert.deepEqual(Object.keys(rest).sort(), ['x-amz-iv', 'x-amz-key', 'x-amz-matdesc']);
  });

  it('has all of them', () => {
    const formats = objects.map(({ envelope }) => envelope.format);
    assert.equal(formats.filter((format) => format === 'v1').length, 2 + 27);
    assert.equal(formats.filter((format) => format === 'v2').length, 2 + 8);
  });
});

const bodyOf = (object: VectorObject) => Buffer.from(object.body_hex ?? '', 'hex');
