import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { undoDoubleEncoding } from '../../../src/core/envelope/doubleEncoding.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { v2Cbc } from './samples.js';

/** The bytes of the text taken for Latin-1 and encoded as UTF-8 again, as S3 does. */
const encodedTwice = (text: string) =>
  Buffer.from(Buffer.from(text, 'utf8').toString('latin1'), 'utf8');

const asB = (bytes: Buffer) => `=?UTF-8?B?${bytes.toString('base64')}?=`;
const asQ = (bytes: Buffer) => {
  const words = [...bytes].map((b) =>
    b === 0x20 ? '_' : `=${b.toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return `=?UTF-8?Q?${words.join('')}?=`;
};

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });

describe("S3's double encoding of metadata", () => {
  it('is undone in both encodings, and where words are split', () => {
    const value = '{"name":"night é 夜 🌙"}';
    const bytes = encodedTwice(value);
    assert.equal(undoDoubleEncoding(asB(bytes)), value);
    assert.equal(undoDoubleEncoding(asQ(bytes)), value);
    assert.equal(undoDoubleEncoding(`=?utf-8?b?${bytes.toString('base64')}?=`), value);
    // A word may not end inside a character, but each character is two bytes here.
    const cut = encodedTwice('{"name":"night é').length;
    for (const space of [' ', '  ', '\r\n ']) {
      const split = asB(bytes.subarray(0, cut)) + space + asQ(bytes.subarray(cut));
      assert.equal(undoDoubleEncoding(split), value);
    }
    assert.equal(undoDoubleEncoding(`a ${asB(encodedTwice('é'))} b`), 'a é b');
  });

  it('round-trips any text', () => {
    fc.assert(
      fc.property(text, (value) => {
        const bytes = encodedTwice(value);
        assert.equal(undoDoubleEncoding(asB(bytes)), value);
        assert.equal(undoDoubleEncoding(asQ(bytes)), value);
      }),
    );
  });

  it('leaves ASCII and text that was never encoded alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (value) => {
        fc.pre(!/=\?utf-8\?/i.test(value));
        assert.equal(undoDoubleEncoding(value), value);
      }),
    );
    assert.equal(undoDoubleEncoding('night é'), 'night é');
    assert.equal(undoDoubleEncoding('夜 🌙'), '夜 🌙');
  });

  it('repairs UTF-8 that a client handed over as Latin-1', () => {
    assert.equal(undoDoubleEncoding(Buffer.from('night é 夜').toString('latin1')), 'night é 夜');
  });

  it('never throws', () => {
    const words = fc.constantFrom('=?UTF-8?B?', '=?UTF-8?Q?', '?=', '=', '_', ' ', 'é', '\u0080');
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string()), { maxLength: 12 }), (parts) => {
        assert.equal(typeof undoDoubleEncoding(parts.join('')), 'string');
      }),
    );
  });

  it('takes no time on hostile values', () => {
    // A header is at most 2 KB; a pattern that backtracks would already be felt far below this.
    const hostile = '=?UTF-8?B?'.repeat(20_000) + '=?UTF-8?B?A?= '.repeat(20_000);
    assert.ok(undoDoubleEncoding(hostile).length > 0);
  });

  it('is undone in an encryption context', () => {
    const context = { kms_cmk_id: 'alias/sécurité', note: '夜' };
    const reading = parseEnvelope({
      ...v2Cbc,
      'x-amz-matdesc': asB(encodedTwice(JSON.stringify(context))),
    });
    assert.ok(reading.kind === 'envelope');
    assert.deepEqual(reading.envelope.wrap, { kind: 'kms', context });
  });
});
