import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Envelope, Metadata } from '../../../src/core/envelope/envelope.js';
import { header } from '../../../src/core/envelope/format.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { EngineError } from '../../../src/core/errors.js';
import { v1, v2Cbc, v2Context, v2Gcm, v3, v3Body, v3File, without } from './samples.js';

const headerNames = Object.values(header);
const whole = [v1, v2Cbc, v2Gcm, v2Context, v3];
const all = [...whole, v3Body, v3File];
/** Values that belong to some header, so that a change can look genuine. */
const borrowed = fc.constantFrom(...new Set(all.flatMap((set) => Object.values(set))));
const anyValue = fc.oneof(
  borrowed,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.base64String({ maxLength: 60 }),
  fc.json({ maxDepth: 2 }),
  fc.constantFrom('', '{}', 'null', '115', '12', '02', '22', '128', 'kms', '=?UTF-8?B?w4PCqQ==?='),
);
const anyName = fc.oneof(
  fc.constantFrom(...headerNames),
  fc.constantFrom('x-amz-key-v9', 'x-amz-other', '__proto__', 'constructor', 'user', ''),
  fc.string({ maxLength: 20 }),
);
type Change = { readonly kind: 'drop' | 'set'; readonly name: string; readonly value: string };
const anyChange: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('drop', 'set'),
  name: anyName,
  value: anyValue,
});

function changed(metadata: Metadata, changes: readonly Change[]): Metadata {
  return changes.reduce<Metadata>(
    (set, { kind, name, value }) =>
      kind === 'drop'
        ? without(set, name)
        : Object.fromEntries([...Object.entries(set), [name, value]]),
    metadata,
  );
}

/** Invariants of every envelope that parsing lets through. */
function checkSound(envelope: Envelope, headers: Metadata): void {
  assert.ok(envelope.wrappedKey.length > 0);
  if (envelope.format === 'v3') {
    assert.equal(envelope.cipher, '115');
    assert.equal(envelope.commitment.length, 28);
    assert.equal(envelope.messageId.length, 28);
  } else {
    assert.equal(envelope.iv.length, envelope.cipher === 'AES/GCM/NoPadding' ? 12 : 16);
  }
  const { wrap } = envelope;
  if (wrap.kind === 'raw') return;
  for (const value of Object.values(wrap.context)) assert.equal(typeof value, 'string');
  if (wrap.kind === 'kms+context') {
    const named = wrap.context['aws:x-amz-cek-alg'];
    assert.equal(named, envelope.format === 'v3' ? '115' : headers['x-amz-cek-alg']);
  }
  if (envelope.format === 'v1') assert.deepEqual(wrap.context, {});
}

/** Either a sound reading, or an EngineError that names a header of the set. */
function checkReading(metadata: Metadata, file?: string): 'read' | 'refused' {
  let reading;
  try {
    reading = parseEnvelope(metadata, file === undefined ? undefined : { json: file });
  } catch (error) {
    assert.ok(error instanceof EngineError, String(error));
    assert.match(error.code, /^envelope\//);
    if (error.code !== 'envelope/bad-instruction-file') {
      const names = String(error.details.header ?? error.details.headers).split(' ');
      assert.ok(names.length > 0);
      for (const name of names) {
        assert.match(name, /^x-amz-/);
        assert.ok(error.message.includes(name), error.message);
      }
    }
    return 'refused';
  }
  if (reading.kind === 'envelope') {
    const inFile = file === undefined ? {} : (JSON.parse(file) as Metadata);
    checkSound(reading.envelope, { ...metadata, ...inFile });
  }
  return 'read';
}

describe('changed headers', () => {
  it('give an error that names a header, or a sound envelope', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...all),
        fc.array(anyChange, { minLength: 1, maxLength: 4 }),
        (metadata, changes) => {
          outcomes.add(checkReading(changed(metadata, changes)));
        },
      ),
      { numRuns: 2_000 },
    );
    assert.equal(outcomes.size, 2, 'the changes must reach both outcomes');
  });

  it('give the same in an instruction file', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(v1, v2Cbc, v2Gcm, v2Context, v3File),
        fc.constantFrom({}, v3Body),
        fc.array(anyChange, { maxLength: 3 }),
        fc.array(anyChange, { maxLength: 1 }),
        (file, body, fileChanges, bodyChanges) => {
          const json = JSON.stringify(changed(file, fileChanges));
          outcomes.add(checkReading(changed(body, bodyChanges), json));
        },
      ),
      { numRuns: 2_000 },
    );
    assert.equal(outcomes.size, 2, 'the changes must reach both outcomes');
  });

  it('any text as instruction file', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.constantFrom({}, v3Body), (text, body) => {
        checkReading(body, text);
      }),
    );
  });

  it('dropped one by one: every header that the format needs is missed by name', () => {
    const needed: [Metadata, string[]][] = [
      [v1, ['x-amz-key', 'x-amz-iv']],
      [v2Cbc, ['x-amz-key-v2', 'x-amz-iv', 'x-amz-wrap-alg', 'x-amz-cek-alg']],
      [v2Gcm, ['x-amz-key-v2', 'x-amz-iv', 'x-amz-wrap-alg', 'x-amz-cek-alg']],
      [v3, ['x-amz-3', 'x-amz-c', 'x-amz-w', 'x-amz-d', 'x-amz-i']],
    ];
    for (const [metadata, names] of needed) {
      for (const name of Object.keys(metadata)) {
        const drop = () => parseEnvelope(without(metadata, name));
        if (names.includes(name)) {
          assert.throws(drop, { code: 'envelope/missing-header', details: { header: name } });
        } else if (name !== 'x-amz-t') {
          assert.equal(drop().kind, 'envelope', name);
        }
      }
    }
  });

  it('added one by one: no header of another format goes unnoticed', () => {
    for (const metadata of whole) {
      for (const name of headerNames.filter((n) => !(n in metadata))) {
        const add = () => parseEnvelope({ ...metadata, [name]: v1[name] ?? v3[name] ?? 'x' });
        if (name === header.plaintextLength) assert.equal(add().kind, 'envelope');
        else assert.throws(add, EngineError, `${name} beside ${Object.keys(metadata).join()}`);
      }
    }
  });
});
