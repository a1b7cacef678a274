import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Unreadable } from '../../../src/core/backupFile/unreadable.js';
import { decompressXpressHuffman } from '../../../src/core/backupFile/xpressHuffman.js';
import { encodeTokens, encodeXpressHuffman, type Token } from '../../support/xpressEncoder.js';

/** Plain execution of tokens: what the decoder must produce. */
function expand(tokens: readonly Token[]): Buffer {
  const out: number[] = [];
  for (const token of tokens) {
    if (typeof token === 'number') out.push(token);
    else for (let n = token.length; n > 0; n--) out.push(out[out.length - token.distance] ?? 0);
  }
  return Buffer.from(out);
}

function assertDecodes(tokens: readonly Token[]): void {
  const data = expand(tokens);
  assert.ok(decompressXpressHuffman(encodeTokens(tokens), data.length).equals(data));
}

test('literals only', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), (bytes) => {
      assertDecodes([...bytes]);
    }),
  );
});

test('data of few values, with the matches a compressor finds', () => {
  const few = fc.array(fc.constantFrom(0, 1, 2, 255), { minLength: 1, maxLength: 4000 });
  fc.assert(
    fc.property(few, (values) => {
      const data = Buffer.from(values);
      assert.ok(decompressXpressHuffman(encodeXpressHuffman(data), data.length).equals(data));
    }),
  );
});

test('any mix of literals and matches, overlapping ones included', () => {
  const step = fc.record({
    literal: fc.nat(255),
    length: fc.oneof(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 250, max: 300 })),
    back: fc.double({ min: 0, max: 1, noNaN: true }),
    isMatch: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
      const tokens: Token[] = [7];
      let have = 1;
      for (const { literal, length, back, isMatch } of steps) {
        const distance = 1 + Math.floor(back * (have - 1));
        tokens.push(isMatch ? { length, distance } : literal);
        have += isMatch ? length : 1;
      }
      assertDecodes(tokens);
    }),
  );
});

// 3 + 15 is the first with a byte of its own, 3 + 15 + 255 the first with a word, beyond a u32 follows.
for (const length of [3, 17, 18, 19, 272, 273, 274, 4096, 65_534, 65_535]) {
  test(`a match of ${length} bytes`, () => {
    assertDecodes([1, { length, distance: 1 }]);
    assertDecodes([1, 2, 3, { length, distance: 2 }, 9, 8, { length: 5, distance: 4 }]);
  });
}

test('a match whose length takes a u32', () => {
  const tokens: Token[] = [1, { length: 70_000, distance: 1 }];
  assert.ok(decompressXpressHuffman(encodeTokens(tokens), 70_001).equals(expand(tokens)));
});

test('distances of every size', () => {
  const tokens: Token[] = Array.from({ length: 40_000 }, (_, i) => (i * 7919) & 255);
  for (let bits = 0; bits < 16; bits++) {
    tokens.push({ length: 4, distance: 1 << bits });
    tokens.push({ length: 4, distance: Math.min(39_000, 2 ** (bits + 1) - 1) });
  }
  assertDecodes(tokens);
});

test('64 KiB in one payload', () => {
  const data = Buffer.alloc(65_536);
  for (let i = 0; i < data.length; i++) data[i] = ((i * i) >> 5) & 0x3f;
  assert.ok(decompressXpressHuffman(encodeXpressHuffman(data), data.length).equals(data));
});

test('without a size, everything comes out in whole units', () => {
  const units = fc.integer({ min: 1, max: 8 });
  fc.assert(
    fc.property(units, fc.infiniteStream(fc.nat(3)), (count, values) => {
      const data = Buffer.from([...values.take(count * 512)]);
      assert.ok(decompressXpressHuffman(encodeXpressHuffman(data)).equals(data));
    }),
    { numRuns: 30 },
  );
});

test('a table that does not fill the code space is refused', () => {
  const good = encodeXpressHuffman(Buffer.from('some text, some text'));
  const tables = [Buffer.alloc(256), Buffer.alloc(256, 0x11), Buffer.alloc(256, 0xff)];
  for (const table of tables)
    assert.throws(
      () => decompressXpressHuffman(Buffer.concat([table, good.subarray(256)]), 20),
      (error) => error instanceof Unreadable && error.reason === 'compression',
    );
});

test('damaged payloads end in an answer or in Unreadable, within the stated size', () => {
  const data = Buffer.from('abcabcabcabd'.repeat(200));
  const payload = encodeXpressHuffman(data);
  const change = fc.record({ at: fc.nat(payload.length - 1), value: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.nat(300), (changes, cut) => {
      const bytes = Buffer.from(payload.subarray(0, payload.length - cut));
      for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
      try {
        assert.equal(decompressXpressHuffman(bytes, data.length).length, data.length);
      } catch (error) {
        assert.ok(error instanceof Unreadable);
      }
    }),
    { numRuns: 500 },
  );
});
