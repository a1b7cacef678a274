import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressBucket } from '../../../src/sandbox/http/s3Address.js';
import { slices } from '../../../src/sandbox/s3/content.js';
import { compareKeys, lowerBound } from '../../../src/sandbox/s3/keyOrder.js';
import { listKeys, type ListingQuery } from '../../../src/sandbox/s3/listing.js';
import { metadataHeaders } from '../../../src/sandbox/s3/metadata.js';
import { parseRange } from '../../../src/sandbox/s3/range.js';

const anyKey = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '!', 'é', '\uffee', '\u{1F600}'),
  maxLength: 6,
});

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
        assert.equal(Math.sign(compareKeys(a, b)), expected);
      }),
    );
  });

  it('is searched by halves', () => {
    fc.assert(
      fc.property(fc.array(anyKey), anyKey, (keys, key) => {
        const ordered = [...keys].sort(compareKeys);
        const found = ordered.findIndex((candidate) => compareKeys(candidate, key) >= 0);
        assert.equal(lowerBound(ordered, key), found < 0 ? ordered.length : found);
      }),
    );
  });
});

describe('a listing', () => {
  /** What a listing is, said without any cleverness. */
  function slowly(keys: readonly string[], query: ListingQuery): string[] {
    const entries = keys
      .filter((key) => key.startsWith(query.prefix) && compareKeys(key, query.after) > 0)
      .map((key) => {
        const at = query.delimiter === '' ? -1 : key.indexOf(query.delimiter, query.prefix.length);
        return at < 0 ? key : key.slice(0, at + query.delimiter.length);
      });
    return [...new Set(entries)];
  }

  it('holds what it should, and its pages make up the whole', () => {
    const query = fc.record({
      keys: fc.uniqueArray(
        anyKey.filter((key) => key !== ''),
        { maxLength: 30 },
      ),
      prefix: fc.constantFrom('', 'a', 'a/', 'é', '/'),
      delimiter: fc.constantFrom('', '/', 'a/', 'b'),
      limit: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(query, ({ keys, prefix, delimiter, limit }) => {
        const ordered = [...keys].sort(compareKeys);
        const whole = slowly(ordered, { prefix, delimiter, after: '', limit });
        const seen: string[] = [];
        for (let after = ''; ;) {
          const page = listKeys(ordered, { prefix, delimiter, after, limit });
          seen.push(...page.entries.map((entry) => entry.name));
          assert.ok(page.entries.length <= limit);
          const last = page.entries.at(-1);
          if (!page.truncated || last === undefined) break;
          after = last.name;
        }
        assert.deepEqual(seen, whole);
      }),
    );
  });
});

describe('a Range header', () => {
  it('asks for what RFC 9110 says', () => {
    assert.deepEqual(parseRange('bytes=0-0', 5), { start: 0, end: 1 });
    assert.deepEqual(parseRange('bytes=2-', 5), { start: 2, end: 5 });
    assert.deepEqual(parseRange('bytes=-2', 5), { start: 3, end: 5 });
    assert.deepEqual(parseRange('bytes=-9', 5), { start: 0, end: 5 });
    for (const header of [
      undefined,
      'bytes=',
      'bytes=-',
      'bytes=a-b',
      'bytes=0-1,3-4',
      'items=0-1',
      'bytes=3-2',
    ]) {
      assert.equal(parseRange(header, 5), undefined, header);
    }
    for (const header of ['bytes=5-', 'bytes=5-9', 'bytes=-0']) {
      assert.throws(() => parseRange(header, 5), { code: 'InvalidRange', status: 416 });
    }
    assert.throws(() => parseRange('bytes=0-', 0), { code: 'InvalidRange' });
  });
});

describe('the files of an object', () => {
  it('give any range of it', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.nat(40), fc.nat(40), (list, a, b) => {
        const parts = list.map((size, index) => ({
          file: String(index),
          size,
          md5: '',
          partNumber: 1,
        }));
        const bytes = list.flatMap((size, index) =>
          Array.from({ length: size }, (_, at) => `${String(index)}:${String(at)}`),
        );
        const found = slices(parts, a, b).flatMap(({ file, offset, length }) =>
          Array.from({ length }, (_, at) => `${file}:${String(offset + at)}`),
        );
        assert.deepEqual(found, bytes.slice(a, Math.max(a, b)));
      }),
    );
  });
});

describe('the address of a request', () => {
  it('is read from host or path', () => {
    const address = (host: string, path: string) => {
      const { rawBucket, rawKey, virtualHost } = addressBucket(host, path);
      return [rawBucket, rawKey, virtualHost];
    };
    assert.deepEqual(address('127.0.0.1:1', '/'), ['', '', false]);
    assert.deepEqual(address('localhost:1', '/b'), ['b', '', false]);
    assert.deepEqual(address('localhost', '/b/'), ['b', '', false]);
    assert.deepEqual(address('localhost', '/b//k/../x'), ['b', '/k/../x', false]);
    assert.deepEqual(address('b.localhost:1', '/k/'), ['b', 'k/', true]);
    assert.deepEqual(address('my.bucket.localhost', '/'), ['my.bucket', '', true]);
    assert.deepEqual(address('b.s3.us-east-1.amazonaws.com', '/k'), ['b', 'k', true]);
    assert.deepEqual(address('s3.localhost', '/b/k'), ['b', 'k', false]);
    assert.deepEqual(address('[::1]:80', '/b/k'), ['b', 'k', false]);
  });
});

describe('user metadata', () => {
  it('comes back as encoded words that hold the text read as Latin-1', () => {
    const sent = Buffer.from(`{"name":"${'Größe 日本語 '.repeat(12)}"}`, 'utf8').toString('latin1');
    const value = metadataHeaders({ m: sent })['x-amz-meta-m'] ?? '';
    for (const word of value.split(' ')) {
      assert.ok(word.length <= 75, word);
      assert.match(word, /^=\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=$/);
    }
    const decoded = value
      .split(' ')
      .map((word) => Buffer.from(word.slice(10, -2), 'base64').toString('utf8'))
      .join('');
    assert.equal(decoded, sent);
    assert.equal(metadataHeaders({ m: 'plain {"a":1}' })['x-amz-meta-m'], 'plain {"a":1}');
  });
});
