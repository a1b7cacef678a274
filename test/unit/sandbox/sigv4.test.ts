import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { readAuthorization } from '../../../src/sandbox/http/authorization.js';
import { AwsChunkedDecoder } from '../../../src/sandbox/http/awsChunked.js';
import {
  canonicalRequest,
  formatAmzDate,
  parseAmzDate,
  sameSignature,
  sign,
  signingKey,
  stringToSign,
} from '../../../src/sandbox/http/sigv4.js';
import { parseQuery } from '../../../src/sandbox/http/uri.js';

/** The examples of the Amazon S3 API Reference, "Signature Calculations for the Authorization Header". */
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const scope = { date: '20130524', region: 'us-east-1', service: 's3' };
const amzDate = '20130524T000000Z';
const emptyHash = createHash('sha256').digest('hex');
const host = 'examplebucket.s3.amazonaws.com';

function signature(o: {
  method: string;
  rawPath: string;
  query?: string;
  headers: Record<string, string>;
  payloadHash?: string;
  service?: string;
}): string {
  const canonical = canonicalRequest({
    method: o.method,
    rawPath: o.rawPath,
    query: parseQuery(o.query ?? '') ?? [],
    rawHeaders: Object.entries(o.headers).flat(),
    signedHeaders: Object.keys(o.headers)
      .map((name) => name.toLowerCase())
      .sort(),
    payloadHash: o.payloadHash ?? emptyHash,
    service: o.service ?? 's3',
  });
  return sign(signingKey(secret, scope), stringToSign(amzDate, scope, canonical));
}

describe('Signature Version 4', () => {
  it('signs the published GET with a range', () => {
    const headers = {
      Host: host,
      Range: 'bytes=0-9',
      'x-amz-content-sha256': emptyHash,
      'x-amz-date': amzDate,
    };
    assert.equal(
      signature({ method: 'GET', rawPath: '/test.txt', headers }),
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it('signs the published PUT, whose key holds a dollar sign', () => {
    const payloadHash = createHash('sha256').update('Welcome to Amazon S3.').digest('hex');
    const headers = {
      Date: 'Fri, 24 May 2013 00:00:00 GMT',
      Host: host,
      'x-amz-content-sha256': payloadHash,
      'x-amz-date': amzDate,
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    };
    const expected = '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd';
    // As the client signed it, and as a client may leave it on the wire.
    for (const rawPath of ['/test%24file.text', '/test$file.text']) {
      assert.equal(signature({ method: 'PUT', rawPath, headers, payloadHash }), expected);
    }
  });

  it('signs the published requests with queries', () => {
    const headers = { Host: host, 'x-amz-content-sha256': emptyHash, 'x-amz-date': amzDate };
    assert.equal(
      signature({ method: 'GET', rawPath: '/', query: 'lifecycle', headers }),
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    );
    const expected = '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7';
    for (const query of ['max-keys=2&prefix=J', 'prefix=J&max-keys=2']) {
      assert.equal(signature({ method: 'GET', rawPath: '/', query, headers }), expected);
    }
  });

  it('signs the published presigned URL', () => {
    const query =
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=ignored';
    assert.equal(
      signature({
        method: 'GET',
        rawPath: '/test.txt',
        query,
        headers: { host },
        payloadHash: 'UNSIGNED-PAYLOAD',
      }),
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
    const reading = readAuthorization({}, parseQuery(query) ?? []);
    assert.equal(reading.kind, 'signed');
    assert.equal(reading.authorization.accessKeyId, 'AKIAIOSFODNN7EXAMPLE');
    assert.deepEqual(reading.authorization.scope, scope);
    assert.equal(reading.authorization.expiresIn, 86_400);
  });

  it('encodes the path of other services twice and normalises it', () => {
    const canonical = (rawPath: string, service: string) =>
      canonicalRequest({
        method: 'GET',
        rawPath,
        query: [],
        rawHeaders: [],
        signedHeaders: [],
        payloadHash: emptyHash,
        service,
      }).split('\n')[1];
    assert.equal(canonical('/a%20b/./c/../d//', 'kms'), '/a%2520b/d/');
    assert.equal(canonical('/a%20b/./c/../d//', 's3'), '/a%20b/./c/../d//');
    assert.equal(canonical('/', 'rds'), '/');
  });

  it('joins headers of one name and trims what is around values', () => {
    const canonical = canonicalRequest({
      method: 'GET',
      rawPath: '/',
      query: [],
      rawHeaders: ['Host', ' h ', 'X-Amz-Meta-A', ' a   b ', 'x-amz-meta-a', 'c', 'Other', 'x'],
      signedHeaders: ['host', 'x-amz-meta-a'],
      payloadHash: emptyHash,
      service: 's3',
    });
    assert.match(canonical, /^host:h\nx-amz-meta-a:a b,c\n\nhost;x-amz-meta-a$/m);
  });

  it('compares signatures of any length', () => {
    assert.equal(sameSignature('ab', 'ab'), true);
    assert.equal(sameSignature('ab', 'abc'), false);
    assert.equal(sameSignature('', ''), true);
  });

  it('reads and writes its time stamps', () => {
    const time = Date.UTC(2024, 1, 29, 23, 59, 58);
    assert.equal(formatAmzDate(time), '20240229T235958Z');
    assert.equal(parseAmzDate('20240229T235958Z'), time);
    for (const text of ['2024', '20240229T235958', '20241332T000000Z', 'x20240229T235958Z']) {
      assert.equal(parseAmzDate(text), undefined, text);
    }
  });

  it('names what is wrong with an Authorization header', () => {
    const read = (authorization: string, date = amzDate) =>
      readAuthorization({ authorization, 'x-amz-date': date }, []);
    const good =
      'AWS4-HMAC-SHA256 Credential=AKID/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00';
    assert.equal(read(good).kind, 'signed');
    // Without blanks, as some clients write it.
    assert.equal(read(good.replaceAll(', ', ',')).kind, 'signed');
    const bad: [string, RegExp][] = [
      ['Bearer AKID', /Unsupported Authorization Type/],
      [good.replace(/Signature=00/, ''), /Signature/],
      [good.replace('SignedHeaders=host', 'SignedHeaders=x-amz-date'), /'Host'/],
      [good.replace('/aws4_request', ''), /mal-formed/],
      [good.replace('20130524', '20130525'), /not the same as X-Amz-Date/],
    ];
    for (const [header, why] of bad) {
      const reading = read(header);
      assert.equal(reading.kind, 'malformed', header);
      assert.match(reading.why, why);
    }
    assert.equal(read(good, 'yesterday').kind, 'malformed');
    assert.equal(read('AWS AKID:sig').kind, 'version-2');
    assert.equal(readAuthorization({}, []).kind, 'anonymous');
  });
});

describe('aws-chunked bodies', () => {
  // The published example: 65 KiB of "a" in a chunk of 64 KiB, one of 1 KiB and the last.
  const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
  const signatures = [
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ];
  const body = Buffer.concat([
    Buffer.from(`10000;chunk-signature=${signatures[0]!}\r\n`),
    Buffer.alloc(65_536, 'a'),
    Buffer.from(`\r\n400;chunk-signature=${signatures[1]!}\r\n`),
    Buffer.alloc(1024, 'a'),
    Buffer.from(`\r\n0;chunk-signature=${signatures[2]!}\r\n\r\n`),
  ]);
  const signing = () => ({ key: signingKey(secret, scope), amzDate, scope, seed });

  function decode(bytes: Buffer, piece: number, signed = true) {
    const decoder = new AwsChunkedDecoder(signed ? signing() : undefined);
    const payload: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += piece) {
      payload.push(...decoder.push(bytes.subarray(at, at + piece)));
    }
    return { payload: Buffer.concat(payload), trailers: decoder.end() };
  }

  it('decode the published example, however it is cut', () => {
    for (const piece of [1, 7, 85, 86, 87, 65_536, body.length]) {
      const { payload } = decode(body, piece);
      assert.ok(payload.equals(Buffer.alloc(66_560, 'a')), `pieces of ${String(piece)}`);
    }
  });

  it('are refused when a byte or a signature is another', () => {
    for (const at of [20, 100, 65_700, body.length - 10]) {
      const changed = Buffer.from(body);
      changed[at] = changed[at] === 0x61 ? 0x62 : 0x61;
      assert.throws(() => decode(changed, 4096), /signature|malformed/, `byte ${String(at)}`);
    }
  });

  it('are refused when cut short or too long', () => {
    assert.throws(() => decode(body.subarray(0, -2), 999), { code: 'IncompleteBody' });
    assert.throws(() => decode(body.subarray(0, 1000), 999), { code: 'IncompleteBody' });
    assert.throws(() => decode(Buffer.concat([body, Buffer.from('x')]), 999), /bytes follow/);
  });

  it('carry trailing headers, signed or not', () => {
    const plain = Buffer.from('3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n');
    const { payload, trailers } = decode(plain, 5, false);
    assert.equal(payload.toString(), 'abc');
    assert.deepEqual([...trailers], [['x-amz-checksum-crc32', 'NSRBwg==']]);

    const key = signingKey(secret, scope);
    const chain = (algorithm: string, previous: string, ...hashes: string[]) =>
      sign(
        key,
        [algorithm, amzDate, '20130524/us-east-1/s3/aws4_request', previous, ...hashes].join('\n'),
      );
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const first = chain('AWS4-HMAC-SHA256-PAYLOAD', seed, emptyHash, hash('abc'));
    const last = chain('AWS4-HMAC-SHA256-PAYLOAD', first, emptyHash, emptyHash);
    const trailer = 'x-amz-checksum-crc32:NSRBwg==';
    const end = chain('AWS4-HMAC-SHA256-TRAILER', last, hash(`${trailer}\n`));
    const signed = (signature: string) =>
      Buffer.from(
        `3;chunk-signature=${first}\r\nabc\r\n0;chunk-signature=${last}\r\n${trailer}\r\n` +
          `x-amz-trailer-signature:${signature}\r\n\r\n`,
      );
    assert.deepEqual([...decode(signed(end), 11).trailers], [['x-amz-checksum-crc32', 'NSRBwg==']]);
    assert.throws(() => decode(signed(last), 11), { code: 'SignatureDoesNotMatch' });
  });

  it('have bounded headers', () => {
    const decoder = new AwsChunkedDecoder(undefined);
    assert.throws(() => decoder.push(Buffer.alloc(5000, '0')), /too long/);
    for (const text of ['xyz\r\n', '-1\r\n', '3\r\nabcd\r\n', 'fffffffffffff\r\n']) {
      assert.throws(
        () => new AwsChunkedDecoder(undefined).push(Buffer.from(text)),
        /malformed/,
        text,
      );
    }
  });
});
