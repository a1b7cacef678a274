import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { crc32, crc32Base64, crc32ByTable } from '../../../src/core/transfer/crc32.js';

describe('CRC32', () => {
  it('has the check value of its definition', () => {
    const digits = Buffer.from('123456789');
    assert.equal(crc32(digits), 0xcbf43926);
    assert.equal(crc32ByTable(digits), 0xcbf43926);
    assert.equal(crc32Base64(0xcbf43926), Buffer.from('cbf43926', 'hex').toString('base64'));
    assert.equal(crc32Base64(1), 'AAAAAQ==');
  });

  it('goes on where it stopped, natively and by table alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        const whole = Buffer.concat([a, b]);
        const expected = crc32(whole);
        assert.equal(crc32(b, crc32(a)), expected);
        assert.equal(crc32ByTable(whole), expected);
        assert.equal(crc32ByTable(b, crc32ByTable(a)), expected);
      }),
    );
  });
});
