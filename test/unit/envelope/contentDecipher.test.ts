import assert from 'node:assert/strict';
import { createCipheriv, hkdfSync } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Envelope } from '../../../src/core/envelope/envelope.js';
import {
  type ContentDecipher,
  createCbcRangeDecipher,
  createGcmRangeDecipher,
} from '../../../src/core/envelope/contentDecipher.js';
import { ciphertextLength, plaintextBounds } from '../../../src/core/envelope/contentLength.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { contentKey } from '../../../src/core/envelope/unwrap.js';
import { EngineError } from '../../../src/core/errors.js';
import { createContentDecipher } from '../../support/wholeBody.js';
import { randomLookingBytes, v1, v2Gcm, v3 } from './samples.js';

const dataKey = randomLookingBytes(32, 77);
type Kind = 'cbc' | 'gcm' | '115';

/** An envelope under {@link dataKey} for each content cipher. */
function envelopeFor(kind: Kind): Envelope {
  const info = Buffer.concat([Buffer.from([0, 0x73]), Buffer.from('COMMITKEY')]);
  const messageId = Buffer.from(v3['x-amz-i']!, 'base64');
  const commitment = Buffer.from(hkdfSync('sha512', dataKey, messageId, info, 28));
  const metadata = {
    cbc: v1,
    gcm: v2Gcm,
    '115': { ...v3, 'x-amz-d': commitment.toString('base64') },
  }[kind];
  const reading = parseEnvelope(metadata);
  assert.ok(reading.kind === 'envelope');
  return reading.envelope;
}

/** Encrypts by node:crypto alone. */
function encrypt(kind: Kind, plaintext: Buffer): Buffer {
  const { key, iv, aad } = contentKey(envelopeFor(kind), dataKey);
  if (kind === 'cbc') {
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    return Buffer.concat([cipher.update(plaintext), cipher.final()]);
  }
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  if (aad !== undefined) cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function run(decipher: ContentDecipher, chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([...chunks.map((chunk) => decipher.update(chunk)), decipher.final()]);
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
}

const kinds: readonly Kind[] = ['cbc', 'gcm', '115'];
const anyKind = fc.constantFrom(...kinds);
/** Sizes around block and chunk edges. */
const anySize = fc.oneof(
  fc.nat(100),
  fc
    .tuple(fc.constantFrom(16, 256, 4096, 65_536), fc.integer({ min: -2, max: 2 }))
    .map(([edge, delta]) => edge + delta),
);
const anyCuts = fc.array(fc.nat(70_000), { maxLength: 6 });

describe('createContentDecipher', () => {
  it('decrypts any size in any chunks', () => {
    fc.assert(
      fc.property(anyKind, anySize, anyCuts, (kind, size, cuts) => {
        const plaintext = randomLookingBytes(size);
        const body = encrypt(kind, plaintext);
        const decipher = createContentDecipher(envelopeFor(kind), dataKey);
        assert.ok(run(decipher, cut(body, cuts)).equals(plaintext));
      }),
    );
  });

  it('keeps nothing of a chunk that its owner reuses', () => {
    for (const kind of kinds) {
      const plaintext = randomLookingBytes(1000);
      const body = encrypt(kind, plaintext);
      const decipher = createContentDecipher(envelopeFor(kind), dataKey);
      const pooled = Buffer.alloc(7);
      const out: Buffer[] = [];
      for (let at = 0; at < body.length; at += 7) {
        const length = body.copy(pooled, 0, at, at + 7);
        out.push(decipher.update(pooled.subarray(0, length)));
        pooled.fill(0xff);
      }
      out.push(decipher.final());
      assert.ok(Buffer.concat(out).equals(plaintext), kind);
    }
  });

  it('never gives out the tag of a GCM body, and all the rest before final', () => {
    for (const kind of ['gcm', '115'] as const) {
      for (const size of [0, 1, 15, 16, 17, 100]) {
        const body = encrypt(kind, randomLookingBytes(size));
        const decipher = createContentDecipher(envelopeFor(kind), dataKey);
        const out = [...body].map((byte) => decipher.update(Buffer.from([byte])));
        assert.equal(Buffer.concat(out).length, size);
        assert.equal(decipher.final().length, 0);
      }
    }
  });

  it('refuses a GCM body with any bit changed, cut or prolonged', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Kind>('gcm', '115'),
        fc.nat(60),
        fc.nat(1_000),
        fc.constantFrom('flip', 'cut', 'add'),
        (kind, size, place, change) => {
          const body = encrypt(kind, randomLookingBytes(size));
          const changed = {
            flip: () => {
              const copy = Buffer.from(body);
              copy[(place >> 3) % copy.length]! ^= 1 << (place & 7);
              return copy;
            },
            cut: () => body.subarray(0, place % body.length),
            add: () => Buffer.concat([body, randomLookingBytes(1 + (place % 40))]),
          }[change]();
          const decipher = createContentDecipher(envelopeFor(kind), dataKey);
          assert.throws(() => run(decipher, [changed]), { code: 'envelope/decrypt-failed' });
        },
      ),
    );
  });
});

describe('CBC failures', () => {
  it('have one message, one code and no cause, whatever is wrong', () => {
    const body = encrypt('cbc', randomLookingBytes(100));
    const badPadding = Buffer.from(body);
    badPadding[body.length - 17]! ^= 0xff;
    const wrongKey = randomLookingBytes(32, 4242);
    const cbc = (bytes: Buffer, key = dataKey) =>
      run(createContentDecipher(envelopeFor('cbc'), key), [bytes]);
    const range = (bytes: Buffer) =>
      run(
        createCbcRangeDecipher({ key: dataKey, previousBlock: Buffer.alloc(16), isLast: false }),
        [bytes],
      );
    const failures = [
      () => cbc(badPadding),
      () => cbc(body, wrongKey),
      () => cbc(body.subarray(0, 96)),
      () => cbc(body.subarray(0, 95)),
      () => cbc(body.subarray(1)),
      () => cbc(Buffer.alloc(0)),
      () => cbc(Buffer.concat([body, Buffer.alloc(1)])),
      () => range(body.subarray(0, 33)),
      () => plaintextBounds('AES/CBC/PKCS5Padding', 0),
      () => plaintextBounds('AES/CBC/PKCS5Padding', 33),
    ].map((fail) => {
      try {
        fail();
      } catch (error) {
        assert.ok(error instanceof EngineError);
        return { code: error.code, message: error.message, cause: error.cause, ...error.details };
      }
      return assert.fail('decrypted');
    });
    for (const failure of failures) assert.deepEqual(failure, failures[0]);
    assert.equal(failures[0]!.code, 'envelope/decrypt-failed');
    assert.equal(failures[0]!.cause, undefined);
  });
});

describe('ranges', () => {
  const range = fc.tuple(anySize, fc.nat(70_000), fc.nat(70_000));

  it('of CBC: any run of whole blocks, given the block before it', () => {
    fc.assert(
      fc.property(range, fc.constantFrom(16, 24, 32), anyCuts, ([size, a, b], keySize, cuts) => {
        const key = dataKey.subarray(0, keySize);
        const iv = randomLookingBytes(16, 3);
        const plaintext = randomLookingBytes(size);
        const cipher = createCipheriv(`aes-${keySize * 8}-cbc`, key, iv);
        const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
        const blocks = body.length / 16;
        const [from, to] = [a % blocks, b % blocks].sort((x, y) => x - y) as [number, number];
        const start = from * 16;
        const end = (to + 1) * 16;
        const decipher = createCbcRangeDecipher({
          key,
          previousBlock: start === 0 ? iv : body.subarray(start - 16, start),
          isLast: end === body.length,
        });
        const read = run(decipher, cut(body.subarray(start, end), cuts));
        assert.ok(read.equals(plaintext.subarray(start, end)));
      }),
    );
  });

  it('of GCM and suite 115: from any block, without authentication', () => {
    fc.assert(
      fc.property(fc.constantFrom<Kind>('gcm', '115'), range, (kind, [size, a, b]) => {
        const plaintext = randomLookingBytes(size);
        const body = encrypt(kind, plaintext);
        const offset = 16 * Math.floor((a % (size + 1)) / 16);
        const end = offset + (b % (size - offset + 1));
        const { key, iv } = contentKey(envelopeFor(kind), dataKey);
        const decipher = createGcmRangeDecipher({ key, iv, offset });
        const read = run(decipher, [body.subarray(offset, end)]);
        assert.ok(read.equals(plaintext.subarray(offset, end)));
      }),
    );
  });

  it('of GCM at the far end of the largest object', () => {
    // Block 2^32 - 4: the last of 2^36 - 32 bytes; its counter is 2^32 - 2 and must not wrap.
    const { key, iv } = contentKey(envelopeFor('gcm'), dataKey);
    const counterBlock = Buffer.concat([iv, Buffer.from('fffffffe', 'hex')]);
    const ecb = createCipheriv('aes-256-ecb', key, null).update(counterBlock);
    const far = createGcmRangeDecipher({ key, iv, offset: 16 * (2 ** 32 - 4) });
    assert.deepEqual(far.update(Buffer.alloc(16)), ecb);
  });
});

describe('lengths', () => {
  it('of ciphertext are those that encryption gives, and bound the plaintext', () => {
    fc.assert(
      fc.property(anyKind, anySize, (kind, size) => {
        const { cipher } = envelopeFor(kind);
        const body = encrypt(kind, Buffer.alloc(size));
        assert.equal(ciphertextLength(cipher, size), body.length);
        const bounds = plaintextBounds(cipher, body.length);
        assert.ok(bounds.min <= size && size <= bounds.max);
        assert.equal(bounds.max - bounds.min, kind === 'cbc' ? 15 : 0);
      }),
    );
  });

  it('reach 5 TB with CBC and end at 64 GiB with GCM', () => {
    const fiveTb = 5 * 2 ** 40;
    assert.equal(ciphertextLength('AES/CBC/PKCS5Padding', fiveTb), fiveTb + 16);
    assert.equal(ciphertextLength('AES/CBC/PKCS5Padding', fiveTb - 1), fiveTb);
    const largest = 68_719_476_704;
    for (const cipher of ['AES/GCM/NoPadding', '115'] as const) {
      assert.equal(plaintextBounds(cipher, largest + 16).max, largest);
      for (const length of [0, 15, largest + 17]) {
        assert.throws(() => plaintextBounds(cipher, length), { code: 'envelope/decrypt-failed' });
      }
    }
  });
});
