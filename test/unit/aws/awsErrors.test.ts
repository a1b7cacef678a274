import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { describe, it } from 'node:test';
import { awsFailure } from '../../../src/core/aws/awsErrors.js';
import { describeKey } from '../../../src/core/aws/describeKey.js';
import { listInstances } from '../../../src/core/aws/instances.js';
import { listObjects } from '../../../src/core/aws/objects.js';
import { openSession } from '../../../src/core/aws/session.js';

const sdkError = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('words'), { name, $metadata: { httpStatusCode } });

describe('a failed AWS call', () => {
  it('says so when what came back is no answer of AWS, such as the page of a proxy', async () => {
    const page = '<!doctype html><html><title>Sign in to the proxy</title><br></html>';
    const server = http.createServer((_, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end(page);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo;
    const session = await openSession({
      ...{ region: 'eu-west-1', endpointUrl: `http://127.0.0.1:${port}` },
      credentials: { accessKeyId: 'A', secretAccessKey: 'B' },
    });
    const unreadable = {
      code: 'aws/unreadable-answer',
      message: /not in AWS’s form came back \(HTTP 502\)\. Check the proxy/,
    };
    try {
      await assert.rejects(listInstances(session), unreadable);
      await assert.rejects(describeKey(session, 'alias/x'), unreadable);
      await assert.rejects(
        listObjects(await session.s3(), { bucket: 'abc', prefix: '' }),
        unreadable,
      );
    } finally {
      session.dispose();
      server.closeAllConnections();
      server.close();
    }
  });

  for (const [name, status, code] of [
    ['AccessDenied', 403, 'aws/access-denied'],
    ['AccessDeniedException', 400, 'aws/access-denied'],
    ['UnknownError', 403, 'aws/access-denied'],
    ['ExpiredToken', 403, 'aws/expired-token'],
    ['ExpiredToken', 400, 'aws/expired-token'],
    ['ExpiredTokenException', 400, 'aws/expired-token'],
    ['RequestExpired', 400, 'aws/expired-token'],
    ['Throttling', 400, 'aws/call-failed'],
  ] as const) {
    it(`${name} with ${status} is ${code}`, () => {
      const cause = sdkError(name, status);
      const failure = awsFailure('Listing the instances', cause);
      assert.equal(failure.code, code);
      assert.equal(failure.cause, cause);
      assert.match(failure.message, /^Listing the instances failed: /);
    });
  }
});
