import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { done, doneStatus } from '../../../src/sandbox/tds/tokens.js';
import { type EndpointUnderTest, startEndpoint } from './endpointUnderTest.js';
import { batch, login, prelogin, RawClient } from './rawClient.js';
import { ScriptedServer } from './scriptedServer.js';
import { TunnelClient } from './tunnelClient.js';

/** Forwards bytes to the server in pieces of `size`, or gathered up for `gatherMs`. */
async function choppingProxy(port: number, size: number) {
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1').setNoDelay(true);
    client.setNoDelay(true);
    client.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += size) upstream.write(chunk.subarray(at, at + size));
    });
    upstream.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += size) client.write(chunk.subarray(at, at + size));
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('close', () => to.destroy());
      from.on('error', () => undefined);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe('framing', () => {
  let endpoint: EndpointUnderTest;

  before(async () => {
    endpoint = await startEndpoint();
  });
  after(() => endpoint.close());

  for (const size of [1, 7]) {
    it(`reads TCP segments of ${size} byte(s)`, async () => {
      const proxy = await choppingProxy(endpoint.port, size);
      const pool = await endpoint.connect({ port: proxy.port });
      assert.equal((await pool.request().query('select')).recordset.length, 1);
      await pool.close();
      await proxy.close();
    });

    it(`reads TDS in writes of ${size} byte(s)`, async () => {
      const client = await RawClient.connect(endpoint.port, endpoint.ca);
      await client.writeIn(prelogin(), size);
      await client.next();
      await client.writeIn(login(4096), size);
      await client.next();
      await client.writeIn(batch('select'), size);
      assert.ok(await client.next());
      client.close();
    });
  }

  it('reads a prelogin, a login and two batches in one segment', async () => {
    const client = await RawClient.connect(endpoint.port, endpoint.ca);
    client.write(Buffer.concat([prelogin(), login(0), batch('select'), batch('select')]));
    for (let message = 0; message < 4; message++) assert.ok(await client.next());
    client.close();
  });

  it('reads a batch in packets of 512 bytes and answers in such', async () => {
    const client = await RawClient.loggedIn(endpoint.port, endpoint.ca, 512);
    const text = `select '${'é😀'.repeat(1000)}'`;
    client.write(batch(text, 512));
    assert.ok(await client.next());
    assert.ok(endpoint.server.log.includes(`batch ${text}`));
    client.close();
  });

  it('takes a TLS handshake in packets of 512 bytes', async () => {
    const client = await TunnelClient.connect(endpoint.port, endpoint.ca, 512);
    client.write(login(4096));
    assert.ok((await client.next()).includes(Buffer.from('Microsoft SQL Server', 'utf16le')));
    client.close();
  });

  it('answers the TLS handshake in one message for each flight', async () => {
    const client = await TunnelClient.connect(endpoint.port, endpoint.ca, 4096);
    assert.equal(client.serverFlights, 2);
    client.close();
  });

  it('drops a request that the client gave up half-way', async () => {
    const server = new ScriptedServer();
    const other = await startEndpoint(server);
    const client = await RawClient.loggedIn(other.port, other.ca);
    const packet = batch('select');
    packet[1] = 0x03; // end of message, ignore
    client.write(packet);
    assert.deepEqual((await client.next())?.payload, done('done', doneStatus.error));
    assert.deepEqual(server.log, []);
    client.write(batch('select'));
    assert.ok(await client.next());
    assert.deepEqual(server.log, ['batch select']);
    client.close();
    await other.close();
  });

  it('announces a reset connection in front of the answer', async () => {
    const client = await RawClient.loggedIn(endpoint.port, endpoint.ca);
    const packet = batch('select');
    packet[1] = 0x09; // end of message, reset connection
    client.write(packet);
    const answer = (await client.next())?.payload;
    assert.equal(answer?.subarray(0, 6).toString('hex'), 'e30300120000');
    assert.equal(answer[6], 0x81);
    assert.ok(endpoint.server.log.includes('reset false'));
    client.close();
  });
});
