import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { multipartChecksum } from '../../../src/sandbox/s3/checksum.js';
import {
  appendFactor,
  combineCrc,
  crc32,
  crc32ByTable,
  crc32c,
  crc64nvme,
  type CrcKind,
} from '../../../src/sandbox/s3/crc.js';

const kinds: readonly [string, CrcKind, bigint][] = [
  // The check values of the CRC catalogue: the CRC of "123456789".
  ['CRC-32', crc32, 0xcbf43926n],
  ['CRC-32 by table', crc32ByTable, 0xcbf43926n],
  ['CRC-32C', crc32c, 0xe3069283n],
  ['CRC-64/NVME', crc64nvme, 0xae8b14860a799888n],
];

function crcOf(kind: CrcKind, ...pieces: Buffer[]): bigint {
  const crc = kind.create();
  for (const piece of pieces) crc.update(piece);
  return crc.value();
}

const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));

for (const [name, kind, check] of kinds) {
  describe(name, () => {
    it('has its check value', () => {
      assert.equal(crcOf(kind, Buffer.from('123456789')), check);
      assert.equal(crcOf(kind), 0n);
    });

    it('does not depend on how bytes are cut', () => {
      fc.assert(
        fc.property(fc.array(bytes), (pieces) => {
          assert.equal(crcOf(kind, ...pieces), crcOf(kind, Buffer.concat(pieces)));
        }),
      );
    });

    it('is joined from the CRCs of pieces', () => {
      fc.assert(
        fc.property(bytes, bytes, (a, b) => {
          const factor = appendFactor(kind, b.length);
          const joined = combineCrc(kind, crcOf(kind, a), crcOf(kind, b), factor);
          assert.equal(joined, crcOf(kind, a, b));
        }),
      );
    });
  });
}

describe('the checksum of a multipart object', () => {
  it('is found for 10,000 parts', () => {
    const part = { checksum: Buffer.alloc(8, 1).toString('base64'), size: 5 * 2 ** 20 };
    const parts = Array.from({ length: 10_000 }, () => part);
    const { value, type } = multipartChecksum('CRC64NVME', 'FULL_OBJECT', parts);
    assert.equal(type, 'FULL_OBJECT');
    assert.equal(Buffer.from(value, 'base64').length, 8);
  });
});
