import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createCbcRangeDecipher,
  createGcmDecipher,
  createGcmRangeDecipher,
} from '../../../src/core/envelope/contentDecipher.js';
import { detectFormat } from '../../../src/core/envelope/detectFormat.js';
import { metadataHeaders } from '../../../src/core/envelope/envelopeHeaders.js';
import type { Metadata } from '../../../src/core/envelope/envelope.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { deriveSuite115Key } from '../../../src/core/envelope/suite115.js';
import { readVectors } from './vectors.js';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('known answers of the AWS SDKs', () => {
  const cbc = readVectors('published', 'aes-cbc-kat.json') as {
    key_hex: string;
    iv_hex: string;
    plaintext_hex: string;
    ciphertext_hex: string;
    padding: 'none' | 'pkcs7';
  }[];
  it('AES-CBC, 53 cases, fed byte by byte', () => {
    for (const c of cbc) {
      const range = createCbcRangeDecipher({
        key: hex(c.key_hex),
        previousBlock: hex(c.iv_hex),
        isLast: c.padding !== 'none',
      });
      const out = [...hex(c.ciphertext_hex)].map((byte) => range.update(Buffer.from([byte])));
      assert.deepEqual(Buffer.concat([...out, range.final()]), hex(c.plaintext_hex));
    }
    assert.equal(cbc.length, 53);
    assert.equal(cbc.filter((c) => c.padding === 'none').length, 4);
  });

  const gcm = readVectors('published', 'aes-gcm-kat.json') as Record<
    'key' | 'pt' | 'aad' | 'iv' | 'ct' | 'tag',
    string
  >[];
  it('AES-GCM, 6 cases, and the same without authentication', () => {
    for (const c of gcm) {
      const key = hex(c.key);
      const iv = hex(c.iv);
      const decipher = createGcmDecipher({ key, iv, aad: hex(c.aad) });
      const body = hex(c.ct + c.tag);
      const out = [...body].map((byte) => decipher.update(Buffer.from([byte])));
      assert.deepEqual(Buffer.concat([...out, decipher.final()]), hex(c.pt));
      const range = createGcmRangeDecipher({ key, iv, offset: 0 });
      assert.deepEqual(range.update(hex(c.ct)), hex(c.pt));
    }
    assert.equal(gcm.length, 6);
  });

  const kdf = readVectors('published', 'kdf-115-kat.json') as Record<
    'data_key_hex' | 'message_id_hex' | 'encryption_key_hex' | 'commitment_key_hex',
    string
  >[];
  it('HKDF of suite 115, 2 cases', () => {
    for (const c of kdf) {
      const commitment = hex(c.commitment_key_hex);
      const derived = deriveSuite115Key(hex(c.data_key_hex), hex(c.message_id_hex), commitment);
      assert.deepEqual(derived.key, hex(c.encryption_key_hex));
      assert.deepEqual(derived.iv, Buffer.alloc(12, 1));
      assert.deepEqual(derived.aad, Buffer.from([0, 0x73]));
    }
    assert.equal(kdf.length, 2);
  });

  it('suite 115: one bit of the commitment changed is refused', () => {
    for (let bit = 0; bit < 28 * 8; bit++) {
      const commitment = hex(kdf[0]!.commitment_key_hex);
      commitment[bit >> 3]! ^= 1 << (bit & 7);
      assert.throws(
        () => deriveSuite115Key(hex(kdf[0]!.data_key_hex), hex(kdf[0]!.message_id_hex), commitment),
        { code: 'envelope/commitment-mismatch', message: /x-amz-d/ },
      );
    }
  });
});

describe('header sets of the AWS SDKs', () => {
  const headers = readVectors('published', 'headers.json') as {
    go_format_detection: { name: string; metadata: Metadata; expected: string }[];
    header_samples: { id: string; metadata: Metadata; kms_decrypt_returns_b64: string }[];
  };
  const expectedFormat: Record<string, string> = {
    V1: 'v1',
    V2: 'v2',
    V3: 'v3',
    'instruction-file': 'none',
  };

  for (const sample of headers.go_format_detection) {
    it(sample.name, () => {
      const detect = () => detectFormat(metadataHeaders(sample.metadata));
      if (sample.expected === 'error') {
        assert.throws(detect, { code: 'envelope/ambiguous-headers', message: /x-amz-key-v2/ });
      } else {
        assert.equal(detect(), expectedFormat[sample.expected]);
      }
    });
  }

  it('has all of them', () => {
    assert.equal(headers.go_format_detection.length, 10);
    assert.equal(headers.header_samples.length, 1);
  });

  it('Amazon SES: the whole encryption context is kept as found', () => {
    const sample = headers.header_samples[0]!;
    const reading = parseEnvelope(sample.metadata);
    assert.equal(reading.kind, 'envelope');
    const { envelope } = reading;
    assert.equal(envelope.format, 'v2');
    assert.equal(envelope.cipher, 'AES/GCM/NoPadding');
    assert.equal(envelope.plaintextLengthHint, 3946);
    assert.equal(envelope.wrappedKey.length, 184);
    assert.deepEqual(envelope.wrap, {
      kind: 'kms',
      context: JSON.parse(sample.metadata['x-amz-matdesc']!) as Record<string, string>,
    });
    assert.equal(Object.keys(envelope.wrap.context).length, 4);
  });

  it('a real KMS blob counts as KMS in V1, whatever its size', () => {
    const sample = headers.header_samples[0]!;
    const blob = Buffer.from(sample.metadata['x-amz-key-v2']!, 'base64');
    for (const size of [184, 256, 384, 512]) {
      const padded = Buffer.concat([blob, Buffer.alloc(size - blob.length)]);
      const reading = parseEnvelope({
        'x-amz-key': padded.toString('base64'),
        'x-amz-iv': Buffer.alloc(16).toString('base64'),
      });
      assert.ok(reading.kind === 'envelope');
      assert.deepEqual(reading.envelope.wrap, { kind: 'kms', context: {} });
    }
  });
});
