import { HeadObjectCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { CloudScene, named } from '../../support/cloud.js';
import { sendSigned, signRequest } from '../../support/rawRequest.js';

describe('The AWS endpoint under hostile requests', () => {
  let scene: CloudScene;
  before(async () => {
    scene = await CloudScene.start({ headersTimeoutMs: 300, idleTimeoutMs: 300 });
  });
  // Whatever came, the server is still there and holds nothing against itself.
  afterEach(async () => {
    await scene.s3().send(new ListBucketsCommand({}));
    assert.deepEqual(scene.logged, []);
  });
  after(() => scene.stop());

  /** Sends bytes and gives back all that comes until the server ends the connection. */
  function talk(...pieces: (string | Buffer)[]): Promise<string> {
    return new Promise((resolve) => {
      const socket = net.connect(scene.endpoint.port, '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(answer);
      });
      for (const piece of pieces) socket.write(piece);
    });
  }

  const send = (
    target: string,
    o: { method?: string; body?: string; service?: string; headers?: Record<string, string> } = {},
  ) =>
    sendSigned(
      scene.endpoint.url,
      { method: o.method ?? 'POST', target, ...o },
      scene.rootCredentials,
    );

  const head = (method: string, target: string, headers: Record<string, string>) =>
    `${method} ${target} HTTP/1.1\r\n` +
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('') +
    '\r\n';

  it('answers what is not HTTP', async () => {
    assert.match(await talk('\x16\x03\x01 nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(
      await talk('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n'),
      /^HTTP\/1\.1 400 /,
    );
  });

  it('refuses headers without end', async () => {
    const huge = `GET / HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(40_000)}\r\n\r\n`;
    assert.match(await talk(huge), /^HTTP\/1\.1 431 [\s\S]*RequestHeaderSectionTooLarge/);
  });

  it('cuts off headers that do not come', async () => {
    assert.match(await talk('GET / HTTP/1.1\r\nHost: a\r\n'), /^HTTP\/1\.1 408 /);
  });

  it('cuts off a body that does not come, and leaves no file of it', async () => {
    const { bucket } = scene.seed;
    const target = `/${bucket}/slow`;
    const { host } = new URL(scene.endpoint.url);
    const request = { method: 'PUT', target, payloadHash: 'UNSIGNED-PAYLOAD' };
    const { headers } = signRequest(host, request, scene.rootCredentials);
    const answer = await talk(
      head('PUT', target, { ...headers, 'content-length': '5000000' }),
      'some',
    );
    assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*<Code>RequestTimeout</);
    const { id } = scene.cloud.buckets.require(bucket).record;
    assert.deepEqual(await readdir(path.join(scene.folder, 'aws', 's3', id, 'data')), []);
    await assert.rejects(
      scene.s3().send(new HeadObjectCommand({ Bucket: bucket, Key: 'slow' })),
      named('NotFound'),
    );
  });

  it('leaves no file of a client that goes away', async () => {
    const { bucket } = scene.seed;
    const target = `/${bucket}/gone`;
    const { host } = new URL(scene.endpoint.url);
    const request = { method: 'PUT', target, payloadHash: 'UNSIGNED-PAYLOAD' };
    const { headers } = signRequest(host, request, scene.rootCredentials);
    await new Promise<void>((resolve) => {
      const socket = net.connect(scene.endpoint.port, '127.0.0.1');
      socket.on('close', () => {
        resolve();
      });
      socket.write(head('PUT', target, { ...headers, 'content-length': '9000000' }));
      socket.write(Buffer.alloc(4_000_000), () => socket.destroy());
    });
    const { id } = scene.cloud.buckets.require(bucket).record;
    const data = path.join(scene.folder, 'aws', 's3', id, 'data');
    for (let tries = 0; (await readdir(data)).length > 0; tries++) {
      assert.ok(tries < 200, 'the file of the broken upload is still there');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

  it('invites a waiting body only when it is wanted', async () => {
    const { bucket } = scene.seed;
    const { host } = new URL(scene.endpoint.url);
    const expect = (target: string) => {
      const request = { method: 'PUT', target, payloadHash: 'UNSIGNED-PAYLOAD' };
      const { headers } = signRequest(host, request, scene.rootCredentials);
      return head('PUT', target, {
        ...headers,
        'content-length': '3',
        expect: '100-continue',
        connection: 'close',
      });
    };
    const refused = await talk(expect('/no-such-bucket/k'));
    assert.match(refused, /^HTTP\/1\.1 404 [\s\S]*NoSuchBucket/);

    const answer = await new Promise<string>((resolve) => {
      const socket = net.connect(scene.endpoint.port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('abc');
      });
      socket.on('close', () => {
        resolve(text);
      });
      socket.write(expect(`/${bucket}/expected`));
    });
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it('answers the next request on a connection after refusing a body', async () => {
    const { host } = new URL(scene.endpoint.url);
    const put = { method: 'PUT', target: '/no-such-bucket/k', payloadHash: 'UNSIGNED-PAYLOAD' };
    const get = { method: 'GET', target: '/' };
    const first = signRequest(host, put, scene.rootCredentials).headers;
    const second = signRequest(host, get, scene.rootCredentials).headers;
    const body = Buffer.alloc(3_000_000, 'x');
    const answer = await talk(
      head('PUT', put.target, { ...first, 'content-length': String(body.length) }),
      body,
      head('GET', '/', { ...second, connection: 'close' }),
    );
    assert.match(
      answer,
      /HTTP\/1\.1 404 [\s\S]*NoSuchBucket[\s\S]*HTTP\/1\.1 200 [\s\S]*ListAllMyBucketsResult/,
    );
  });

  it('refuses bodies that are too large or cannot be read', async () => {
    const { bucket } = scene.seed;
    const large = await send('/', { service: 'sts', body: `Action=X&Y=${'y'.repeat(2 ** 20)}` });
    assert.equal(large.status, 413);
    const cases: [string, string, RegExp][] = [
      [`/${bucket}?delete`, '<Delete>', /<Code>InvalidRequest</],
      [`/${bucket}/k?uploads=&x=%zz`, '', /InvalidURI/],
    ];
    for (const [target, body, code] of cases)
      assert.match((await send(target, { body })).body, code);
    const bomb =
      '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><CreateBucketConfiguration>&b;</CreateBucketConfiguration>';
    assert.match((await send('/new-bucket', { method: 'PUT', body: bomb })).body, /MalformedXML/);
    for (const body of [
      '{',
      '[]',
      '{"KeyId":{}}',
      '{"KeyId":1}',
      'null',
      '"x"',
      '{"__proto__":{"KeyId":"x"}}',
    ]) {
      const answer = await send('/', {
        service: 'kms',
        body,
        headers: { 'x-amz-target': 'TrentService.DescribeKey' },
      });
      assert.equal(answer.status, 400, body);
      assert.match(answer.body, /SerializationException|ValidationException/, body);
    }
  });

  it('keeps keys from leaving the bucket folder', async () => {
    const { bucket } = scene.seed;
    for (const key of [
      '../../x',
      '..%2F..%2Fx',
      '%2e%2e/%2e%2e/x',
      '/etc/passwd',
      'C:%5Cx',
      'nul',
      'a%00b',
    ]) {
      const answer = await send(`/${bucket}/${key}`, { method: 'PUT', body: 'x' });
      // Some of these no client signs as they stand; none may reach another file.
      assert.ok([200, 403].includes(answer.status), `${key}: ${answer.body}`);
    }
    const { id } = scene.cloud.buckets.require(bucket).record;
    const folder = path.join(scene.folder, 'aws', 's3', id, 'objects');
    for (const name of await readdir(folder)) assert.match(name, /^[0-9a-f]{64}\.json$/);
    assert.deepEqual((await readdir(scene.folder)).sort(), ['aws']);
  });

  it('answers any signed request with a status below 500, or says it is not implemented', async () => {
    const word = fc.constantFrom(
      '', 'uploads', 'uploadId', 'partNumber', 'delete', 'list-type', 'max-keys', 'acl', 'policy', 'x', 'location', 'tagging',
      'marker', 'continuation-token', 'encoding-type', 'versionId', 'attributes', 'encryption', 'max-parts', 'prefix',
    ); // prettier-ignore
    const value = fc.constantFrom(
      '',
      '1',
      '-1',
      '2',
      '0',
      'abc',
      '99999999999',
      '%00',
      '%F0%9F%98%80',
      'url',
    );
    const request = fc.record({
      method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'),
      path: fc.constantFrom('/', '/B', '/B/', '/B/k', '/B/%F0', '//', '/B//', '/none', '/none/k'),
      query: fc.array(fc.tuple(word, value), { maxLength: 4 }),
      body: fc.constantFrom('', '<a/>', '<Delete/>', '<CompleteMultipartUpload/>', '{}', 'x'),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path: where, query, body }) => {
        const text = query.map(([name, v]) => `${name}=${v}`).join('&');
        const target = where.replace('B', scene.seed.bucket) + (text === '' ? '' : `?${text}`);
        const answer = await send(target, { method, body });
        assert.ok(
          answer.status < 500 || answer.status === 501,
          `${method} ${target}: ${answer.body}`,
        );
      }),
      { numRuns: 300 },
    );
  });
});
