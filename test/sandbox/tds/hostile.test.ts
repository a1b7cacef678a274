import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { packet, packets, packetType } from '../../../src/sandbox/tds/packet.js';
import { type EndpointUnderTest, startEndpoint } from './endpointUnderTest.js';
import {
  allHeaders,
  batch,
  login,
  loginPayload,
  prelogin,
  preloginPayload,
  RawClient,
} from './rawClient.js';

/** Sends bytes on a bare TCP connection and waits for the server to close it. */
async function sendUntilClosed(port: number, ...chunks: Buffer[]): Promise<Buffer> {
  const socket = net.connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.on('error', () => undefined);
  for (const chunk of chunks) socket.write(chunk);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(received);
}

const header = (type: number, length: number) => {
  const bytes = packet(type, 1, 1, Buffer.alloc(0));
  bytes.writeUInt16BE(length, 2);
  return bytes;
};

describe('hostile input before login', () => {
  let endpoint: EndpointUnderTest;

  before(async () => {
    endpoint = await startEndpoint();
  });
  after(() => endpoint.close());

  const endless = Buffer.concat([
    ...Array.from({ length: 17 }, () => Buffer.from([9, 0, 85, 0, 0])),
    Buffer.from([0xff]),
  ]);
  const outside = Buffer.from([1, 0, 200, 0, 1, 0xff]);
  const afterPrelogin = [prelogin(1)];

  for (const [what, chunks] of [
    ['HTTP', [Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
    ['an old login (TDS 5)', [header(0x02, 512)]],
    ['LOGIN7 in clear text', [login(4096)]],
    ['a packet shorter than its header', [header(packetType.prelogin, 7)]],
    ['a packet larger than 4096', [header(packetType.prelogin, 4097)]],
    [
      'a PRELOGIN of more than 1 KiB',
      [prelogin(), packets(0x12, Buffer.alloc(1100, 0xff))].slice(1),
    ],
    ['a PRELOGIN in two packets', [packet(0x12, 0, 1, preloginPayload(1))]],
    ['a PRELOGIN with 17 options', [packets(0x12, endless)]],
    ['a PRELOGIN option outside', [packets(0x12, outside)]],
    ['a PRELOGIN without end', [packets(0x12, Buffer.alloc(20, 1))]],
    [
      'garbage instead of the TLS handshake',
      [...afterPrelogin, packets(0x12, Buffer.alloc(100, 9))],
    ],
    ['neither TDS nor TLS in the handshake', [...afterPrelogin, Buffer.alloc(64, 0x41)]],
    [
      'an endless TLS handshake',
      [...afterPrelogin, ...Array.from({ length: 20 }, () => packets(0x12, Buffer.from([0x16])))],
    ],
  ] as const) {
    it(`closes on ${what}`, async () => {
      await sendUntilClosed(endpoint.port, ...chunks);
    });
  }

  for (const [what, bytes] of [
    ['a batch instead of the login', batch('select')],
    ['a LOGIN7 whose length is wrong', wrongLength()],
    ['a LOGIN7 field outside', fieldOutside()],
    ['a LOGIN7 of 94 bytes cut to 50', packets(packetType.login7, loginPayload(0).subarray(0, 50))],
    ['TDS 7.1', login(4096, { tdsVersion: 0x71000001 })],
    ['a name of more than 128 characters', login(4096, { userName: 'x'.repeat(129) })],
    ['a LOGIN7 of more than 128 KiB', packets(packetType.login7, Buffer.alloc(131_072))],
  ] as const) {
    it(`closes on ${what}`, async () => {
      const client = await RawClient.connect(endpoint.port, endpoint.ca);
      client.write(prelogin());
      await client.next();
      client.write(bytes);
      assert.equal(await client.next(), undefined);
    });
  }

  it('still serves others', async () => {
    const pool = await endpoint.connect();
    assert.equal((await pool.request().batch('select')).recordset.length, 1);
    await pool.close();
    while (endpoint.server.open > 0) await new Promise(setImmediate);
  });

  it('refuses the 33rd connection that has not logged in', async () => {
    const sockets = Array.from({ length: 32 }, () => net.connect(endpoint.port, '127.0.0.1'));
    await Promise.all(sockets.map((s) => new Promise((resolve) => s.once('connect', resolve))));
    await sendUntilClosed(endpoint.port);
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map((s) => new Promise((resolve) => s.once('close', resolve))));
    // The server hears of it a moment later.
    for (;;) {
      try {
        await (await endpoint.connect()).close();
        break;
      } catch {
        await new Promise(setImmediate);
      }
    }
  });
});

function wrongLength(): Buffer {
  const payload = loginPayload(0);
  payload.writeUInt32LE(payload.length + 1, 0);
  return packets(packetType.login7, payload);
}

function fieldOutside(): Buffer {
  const payload = loginPayload(0);
  payload.writeUInt16LE(payload.length, 40);
  return packets(packetType.login7, payload);
}

describe('hostile input after login', () => {
  let endpoint: EndpointUnderTest;

  before(async () => {
    endpoint = await startEndpoint();
  });
  after(() => endpoint.close());

  const rpc = (...bytes: number[]) =>
    packets(packetType.rpc, Buffer.concat([allHeaders, Buffer.from(bytes)]));
  const withHeaders = (hex: string) => packets(packetType.batch, Buffer.from(hex, 'hex'));

  for (const [what, bytes] of [
    ['a bulk load', packets(0x07, Buffer.alloc(8))],
    ['a federated token', packets(0x08, Buffer.alloc(8))],
    ['ALL_HEADERS beyond the message', withHeaders('ff000000')],
    ['ALL_HEADERS of 4 GiB', withHeaders('ffffffff')],
    ['ALL_HEADERS whose parts do not add up', withHeaders('0c00000009000000020000000000')],
    ['an odd number of text bytes', packets(0x01, Buffer.concat([allHeaders, Buffer.from([65])]))],
    ['an RPC without a call', rpc()],
    ['an unknown procedure number', rpc(0xff, 0xff, 99, 0, 0, 0)],
    ['an RPC name beyond the end', rpc(0xff, 0x00, 1)],
    ['an unknown parameter type', rpc(0xff, 0xff, 10, 0, 0, 0, 0, 0, 0xf1)],
    ['an integer of three bytes', rpc(0xff, 0xff, 10, 0, 0, 0, 0, 0, 0x26, 3, 3, 0, 0, 0)],
    [
      'an integer of a size its type forbids',
      rpc(0xff, 0xff, 10, 0, 0, 0, 0, 0, 0x26, 4, 3, 0, 0, 0),
    ],
    ['a packet shorter than its header', header(packetType.batch, 4)],
    ['65 calls in one message', packets(0x03, Buffer.concat([allHeaders, manyCalls(65)]))],
    [
      'mixed packet types',
      Buffer.concat([packet(1, 0, 1, allHeaders), packet(3, 1, 2, allHeaders)]),
    ],
  ] as const) {
    it(`says 4002 and closes on ${what}`, async () => {
      const client = await RawClient.loggedIn(endpoint.port, endpoint.ca);
      client.write(bytes);
      const answer = await client.next();
      assert.equal(answer?.payload[0], 0xaa);
      assert.equal(answer.payload.readInt32LE(3), 4002);
      assert.equal(await client.next(), undefined);
    });
  }

  it('closes on a request of more than 8 MiB', async () => {
    const client = await RawClient.loggedIn(endpoint.port, endpoint.ca, 32_767);
    const part = packet(packetType.batch, 0, 1, Buffer.alloc(32_000));
    for (let sent = 0; sent <= 8 * 1024 * 1024; sent += 32_000) client.write(part);
    const answer = await client.next();
    assert.equal(answer?.payload.readInt32LE(3), 4002);
    assert.equal(await client.next(), undefined);
  });

  it('closes on seventeen requests ahead of their answers', async () => {
    const client = await RawClient.loggedIn(endpoint.port, endpoint.ca);
    client.write(Buffer.concat(Array.from({ length: 40 }, () => batch('select'))));
    let answers = 0;
    for (let answer = await client.next(); answer; answer = await client.next()) answers++;
    assert.ok(answers < 40);
  });

  it('leaves no session behind', async () => {
    while (endpoint.server.open > 0) await new Promise(setImmediate);
  });
});

function manyCalls(count: number): Buffer {
  const call = Buffer.from([0xff, 0xff, 10, 0, 0, 0, 0xff]);
  return Buffer.concat(Array.from({ length: count }, () => call));
}
