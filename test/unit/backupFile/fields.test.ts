import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  lsnDecimal,
  readDate,
  readGuid,
  readGuidOrNull,
  readText,
  xorChecksum,
} from '../../../src/core/backupFile/fields.js';
import { packDate, packGuid, withTexts } from '../../support/tapeWriter.js';

test('every date to the second', () => {
  const date = fc.date({
    min: new Date('1980-01-01T00:00:00Z'),
    max: new Date('2199-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (instant) => {
      const text = instant.toISOString().slice(0, 19);
      assert.equal(readDate(packDate(text), 0), text);
    }),
  );
});

test('no date and absurd dates are none', () => {
  for (const hex of ['0000000000', 'ffffffffff', '1f40000000', '1fa3ffffff'])
    assert.equal(readDate(Buffer.from(hex, 'hex'), 0), null);
});

test('GUIDs in the Microsoft byte order', () => {
  const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  assert.equal(readGuid(bytes, 0), '33221100-5544-7766-8899-aabbccddeeff');
  assert.ok(packGuid(readGuid(bytes, 0)).equals(bytes));
  assert.equal(readGuidOrNull(Buffer.alloc(16), 0), null);
});

test('LSNs as SQL Server prints them', () => {
  assert.equal(lsnDecimal({ vlf: 25, block: 139, slot: 34 }), '25000000013900034');
  assert.equal(lsnDecimal({ vlf: 0, block: 0, slot: 0 }), '0');
  assert.equal(
    lsnDecimal({ vlf: 4_294_967_295, block: 4_294_967_295, slot: 65_535 }),
    '4294967295429496729565535',
  );
});

test('strings, and references that lead nowhere', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      const clean = text.replaceAll('\0', '');
      assert.equal(readText(withTexts(Buffer.alloc(8), [[4, clean]]), 4, 'utf16'), clean);
    }),
  );
  const structure = withTexts(Buffer.alloc(8), [[4, 'name']]);
  assert.equal(readText(structure.subarray(0, 12), 4, 'utf16'), '');
  assert.equal(readText(structure, 0, 'utf16'), '');
  assert.equal(readText(structure, 4, 'none'), '');
  assert.equal(readText(structure, 4, 'ansi'), 'n\0a\0m\0e');
});

test('the header checksum is the XOR of its words', () => {
  assert.equal(xorChecksum(Buffer.from('0100020004000800', 'hex'), 3), 7);
});
