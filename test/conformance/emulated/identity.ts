import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import type net from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { it } from 'node:test';
import { bucketRegion } from '../../../src/core/aws/bucketRegion.js';
import { listBuckets } from '../../../src/core/aws/buckets.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import type { EmulatorScene } from './emulatorScene.js';

const account = { moto: '123456789012', ministack: '000000000000' };

/** AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity. */
export function identityTests(scene: EmulatorScene): void {
  const role = () => `arn:aws:iam::${account[scene.name]}:role/operator`;

  it('works as a role that it assumes with the credentials it has', async () => {
    const { region, endpointUrl } = scene.place;
    await withSession({ region, endpointUrl, roleArn: role() }, seesBuckets);
  });

  it('works as the role of a profile, and as one of a web identity', async () => {
    const { region, endpointUrl, accessKeyId, secretAccessKey } = scene.place;
    const config = path.join(scene.folder, 'config');
    const token = path.join(scene.folder, 'token');
    await writeFile(token, webIdentityToken());
    await writeFile(
      config,
      [
        ...['[profile base]', `aws_access_key_id = ${accessKeyId}`],
        ...[`aws_secret_access_key = ${secretAccessKey}`, '[profile operator]'],
        ...['source_profile = base', `role_arn = ${role()}`, '[profile web]'],
        ...[`role_arn = ${role()}`, `web_identity_token_file = ${token}`, ''],
      ].join('\n'),
    );
    const before = process.env['AWS_CONFIG_FILE'];
    process.env['AWS_CONFIG_FILE'] = config;
    try {
      for (const profile of ['operator', 'web']) {
        await withSession({ region, endpointUrl, profile }, seesBuckets);
      }
    } finally {
      process.env['AWS_CONFIG_FILE'] = before;
    }
  });

  async function seesBuckets(session: AwsSession) {
    const { sessionToken } = await session.credentials();
    assert.ok(sessionToken);
    assert.ok((await listBuckets(session)).some(({ name }) => name === scene.bucket));
  }

  it('asks who it is when a HEAD is refused without words', async () => {
    const proxy = await startRefusingProxy(scene.place.endpointUrl);
    try {
      const { region } = scene.place;
      await withSession({ region, endpointUrl: proxy.url }, async (session) => {
        await assert.rejects(bucketRegion(session, scene.bucket), { name: 'EngineError' });
        // The emulator knows the caller, so it is not the credentials.
        assert.deepEqual(proxy.actions, ['GetCallerIdentity']);
      });
    } finally {
      await proxy.stop();
    }
  });
}

async function withSession(
  o: Parameters<typeof openSession>[0],
  use: (session: AwsSession) => Promise<void>,
) {
  const session = await openSession(o);
  try {
    await use(session);
  } finally {
    session.dispose();
  }
}

/** A JSON Web Token as of an identity provider, signed by nobody. */
function webIdentityToken(): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  const claims = { iss: 'https://issuer.example', sub: 'somebody', aud: 'sts', exp: 4e9 };
  return [part({ alg: 'RS256', typ: 'JWT' }), part(claims), 'c2lnbmF0dXJl'].join('.');
}

/** Answers each HEAD as S3 does for expired credentials, with a bare 400; hands on all else. */
async function startRefusingProxy(endpointUrl: string) {
  const actions: string[] = [];
  const server = http.createServer((request, response) => {
    if (request.method === 'HEAD') {
      response.writeHead(400).end();
      return;
    }
    const { method, url = '/', headers } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      actions.push(new URLSearchParams(body.toString()).get('Action') ?? '');
      const onward = http.request(
        endpointUrl + url,
        { method, headers, agent: false },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      onward.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, actions },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
