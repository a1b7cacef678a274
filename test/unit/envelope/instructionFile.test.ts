import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Metadata } from '../../../src/core/envelope/envelope.js';
import {
  instructionFileKeys,
  maxInstructionFileBytes,
} from '../../../src/core/envelope/instructionFile.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { v1, v2Cbc, v2Gcm, v3, v3Body, v3File, without } from './samples.js';

const length = 'x-amz-unencrypted-content-length';

function parsed(metadata: Metadata, entries: object) {
  const reading = parseEnvelope(metadata, { json: JSON.stringify(entries) });
  assert.equal(reading.kind, 'envelope');
  return reading.envelope;
}

function refused(metadata: Metadata, json: string, what: string, ...words: string[]): void {
  assert.throws(
    () => parseEnvelope(metadata, { json }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, `envelope/${what}`, error.message);
      for (const word of words) assert.ok(error.message.includes(word), error.message);
      return true;
    },
  );
}

describe('instruction files', () => {
  it('lie beside the object, under two names', () => {
    assert.deepEqual(instructionFileKeys('a/db.bak'), [
      'a/db.bak.instruction',
      'a/db.bakINSTRUCTION_SUFFIX',
    ]);
  });

  it('hold the whole V1 or V2 envelope', () => {
    for (const entries of [v1, v2Cbc, v2Gcm]) {
      const whole = parseEnvelope(entries);
      assert.ok(whole.kind === 'envelope');
      const fromFile = parsed({}, entries);
      assert.deepEqual(fromFile, { ...whole.envelope, source: 'instruction-file' });
    }
  });

  it('leave the plaintext length to the object where it is there', () => {
    assert.equal(parsed({ [length]: '7' }, v1).plaintextLengthHint, 7);
    assert.equal(parsed({ [length]: '7' }, without(v1, length)).plaintextLengthHint, 7);
    assert.equal(parsed({}, without(v1, length)).plaintextLengthHint, undefined);
  });

  it('may hold numbers, empty values and the marker', () => {
    const goStyle = { ...v2Gcm, 'x-amz-tag-len': 128, [length]: 100 };
    assert.deepEqual(parsed({}, goStyle), parsed({}, v2Gcm));
    const marked = { ...v1, 'x-amz-crypto-instr-file': '', 'x-amz-tag-len': '' };
    assert.deepEqual(parsed({}, marked), parsed({}, v1));
    refused({}, JSON.stringify({ ...v1, 'x-amz-iv': 5 }), 'malformed-header', 'x-amz-iv');
    refused({}, JSON.stringify({ ...v1, 'x-amz-iv': null }), 'malformed-header', 'x-amz-iv');
  });

  it('of the first .NET client', () => {
    const key = Buffer.alloc(48, 5);
    const iv = Buffer.alloc(16, 6);
    assert.deepEqual(
      parsed({}, { EncryptedEnvelopeKey: key.toString('base64'), IV: iv.toString('base64') }),
      {
        format: 'v1',
        cipher: 'AES/CBC/PKCS5Padding',
        iv,
        wrap: { kind: 'raw', algorithm: 'AES/ECB' },
        wrappedKey: key,
        materialDescription: {},
        plaintextLengthHint: undefined,
        source: 'instruction-file',
      },
    );
  });

  it('hold the wrapped key of a V3 object, whose metadata holds the rest', () => {
    const whole = parseEnvelope(v3);
    assert.ok(whole.kind === 'envelope');
    assert.deepEqual(parsed(v3Body, v3File), { ...whole.envelope, source: 'instruction-file' });
    const raw = { 'x-amz-3': v3['x-amz-3'], 'x-amz-w': '02', 'x-amz-m': '{"k":"v"}' };
    assert.deepEqual(parsed(v3Body, raw).wrap, { kind: 'raw', algorithm: 'AES/GCM' });
  });

  it('are not read for double encoding, which only headers suffer', () => {
    const context = { 'x-amz-matdesc': '{"a":"=?UTF-8?B?w4PCqQ==?= Ã©"}' };
    const { wrap } = parsed({}, { ...v2Cbc, ...context });
    assert.deepEqual(wrap, { kind: 'kms', context: { a: '=?UTF-8?B?w4PCqQ==?= Ã©' } });
  });

  it('must not bring what belongs to the body', () => {
    for (const name of ['x-amz-c', 'x-amz-d', 'x-amz-i']) {
      const json = JSON.stringify({ ...v3File, [name]: v3[name] });
      refused(v3Body, json, 'ambiguous-headers', name);
      refused({}, json, 'ambiguous-headers', name);
    }
  });

  it('must fit the format of the object', () => {
    refused(v3Body, JSON.stringify(v1), 'ambiguous-headers', 'x-amz-key');
    refused(v3Body, JSON.stringify({ ...v3File, 'x-amz-iv': 'AA==' }), 'ambiguous-headers', 'iv');
    refused({}, JSON.stringify(v3File), 'missing-header', 'x-amz-c');
    for (const metadata of [v1, v2Cbc, v3]) {
      refused(metadata, JSON.stringify(v1), 'ambiguous-headers', 'x-amz-');
    }
    // Part of an envelope on the object beside a whole one in the file.
    for (const name of ['x-amz-iv', 'x-amz-cek-alg', 'x-amz-wrap-alg']) {
      refused({ [name]: 'x' }, JSON.stringify(v2Cbc), 'missing-header', name);
    }
  });

  it('must be complete', () => {
    refused({}, '{}', 'missing-header', 'x-amz-key', 'the instruction file');
    refused({}, JSON.stringify(without(v1, 'x-amz-iv')), 'missing-header', 'x-amz-iv');
    refused({}, JSON.stringify(without(v2Cbc, 'x-amz-cek-alg')), 'missing-header', 'x-amz-cek-alg');
    refused(v3Body, '{}', 'missing-header', 'x-amz-w');
    refused(v3Body, JSON.stringify(without(v3File, 'x-amz-3')), 'missing-header', 'x-amz-3');
    refused(v3Body, JSON.stringify(without(v3File, 'x-amz-w')), 'missing-header', 'x-amz-w');
  });

  it('must be a small JSON object of entries that clients write', () => {
    for (const json of ['', 'x', '[]', 'null', '"x"', '7', '\u0000']) {
      refused({}, json, 'bad-instruction-file', 'not a JSON object');
    }
    for (const name of ['user', '__proto__', 'constructor', 'iv', 'x-amz-meta-x-amz-iv']) {
      const json = JSON.stringify(v1).replace('{', `{${JSON.stringify(name)}:"x",`);
      refused({}, json, 'bad-instruction-file', `"${name}"`);
    }
    const padded = JSON.stringify(v1).padEnd(maxInstructionFileBytes);
    assert.equal(parseEnvelope({}, { json: padded }).kind, 'envelope');
    refused({}, `${padded} `, 'bad-instruction-file', 'larger than 65536 bytes');
  });
});
