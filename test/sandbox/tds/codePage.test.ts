import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode1252, encode1252 } from '../../../src/sandbox/tds/codePage.js';

describe('code page 1252', () => {
  it('has its own characters where Latin-1 has controls', () => {
    assert.equal(decode1252(Buffer.from([0x80, 0x93, 0x41, 0x9f, 0xe9])), '€“AŸé');
    assert.deepEqual(encode1252('€“AŸé'), Buffer.from([0x80, 0x93, 0x41, 0x9f, 0xe9]));
  });

  it('reads every byte and writes it again', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const text = decode1252(bytes);
    assert.equal(new Set(text).size, 256);
    assert.deepEqual(encode1252(text), bytes);
  });

  it('writes ? for what it lacks', () => {
    assert.equal(encode1252('a日😀').toString('latin1'), 'a??');
  });
});
