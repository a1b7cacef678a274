import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type EndpointUnderTest, startEndpoint } from './endpointUnderTest.js';

describe('login over TLS', () => {
  let endpoint: EndpointUnderTest;

  before(async () => {
    endpoint = await startEndpoint();
  });
  after(() => endpoint.close());

  const rejection = async (...[config, options]: Parameters<EndpointUnderTest['connect']>) => {
    try {
      await endpoint.connect(config, options);
    } catch (error) {
      return error as Error & { originalError?: { errors?: Error[] } & Error };
    }
    return assert.fail('the login was accepted');
  };

  it('verifies the certificate by name and by address', async () => {
    for (const server of ['localhost', '127.0.0.1']) {
      const pool = await endpoint.connect({ server });
      assert.deepEqual((await pool.request().query('select')).recordset, [{ n: 1 }]);
    }
    const { userName, password, hostName } = endpoint.server.logins[0]!;
    assert.equal(userName, 'admin');
    assert.equal(password, 'Grüße-€-1');
    assert.notEqual(hostName, '');
  });

  it('is not trusted without the certificate authority', async () => {
    const error = await rejection({}, { cryptoCredentialsDetails: {} });
    assert.match(error.message, /unable to verify|self-signed/);
  });

  it('says 18456 to a wrong password or user', async () => {
    for (const config of [{ password: 'wrong' }, { user: 'nobody' }]) {
      const error = await rejection(config);
      assert.match(error.message, /^Login failed for user '(admin|nobody)'\.$/);
    }
  });

  it('demands encryption of a client that offers none', async () => {
    const error = await rejection({}, { encrypt: false });
    assert.match(error.message, /requires encryption/);
  });

  it('serves strict encryption', async () => {
    const strict = { encrypt: 'strict' as unknown as boolean };
    const pool = await endpoint.connect({}, strict);
    assert.equal((await pool.request().query('select')).recordset.length, 1);
  });

  for (const packetSize of [512, 4096, 32_767, 65_536]) {
    it(`works with packets of ${packetSize} bytes`, async () => {
      const pool = await endpoint.connect({}, { packetSize });
      const text = `select '${'x'.repeat(100_000)}'`;
      assert.equal((await pool.request().batch(text)).recordset.length, 1);
      assert.ok(endpoint.server.log.includes(`batch ${text}`));
    });
  }

  it('closes sessions with their connections', async () => {
    const before = endpoint.server.open;
    const pool = await endpoint.connect();
    assert.equal(endpoint.server.open, before + 1);
    await pool.close();
    while (endpoint.server.open > before) await new Promise(setImmediate);
  });
});
