import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { diagnose } from '../../../src/core/diagnosis/diagnose.js';
import { CancelledError, EngineError } from '../../../src/core/errors.js';
import { connect, type ConnectOptions } from '../../../src/core/sql/connection.js';

const servers: Server[] = [];
const sockets = new Set<Socket>();

/** A server that treats every connection as told; no SQL Server. */
async function listen(treat: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    treat(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const options = (port: number, more: Partial<ConnectOptions> = {}): ConnectOptions => ({
  host: '127.0.0.1',
  port,
  user: 'admin',
  password: () => Promise.resolve('secret-password'),
  timeoutMs: 400,
  ...more,
});

after(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

describe('connecting to what is no SQL Server', () => {
  const cases: readonly (readonly [what: string, treat: (socket: Socket) => void, id: RegExp])[] = [
    ['a port that says nothing', () => undefined, /^connect-timeout$/],
    ['a port that hangs up', (socket) => socket.end(), /^connection-lost$/],
    [
      'a port that breaks the connection',
      (socket) => socket.resetAndDestroy(),
      /^(connection-lost|net-reset)$/,
    ],
  ];
  for (const [what, treat, id] of cases) {
    it(`${what} is unreachable, and its failure is in the catalogue`, async () => {
      const port = await listen(treat);
      await assert.rejects(connect(options(port)), (error: EngineError) => {
        assert.equal(error.code, 'sql/unreachable');
        assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
        assert.match(diagnose(error)?.id ?? '', id);
        assert.doesNotMatch(String(error.stack), /secret-password/);
        return true;
      });
    });
  }

  it('a closed port is unreachable', async () => {
    const port = await listen(() => undefined);
    servers.pop()?.close();
    await assert.rejects(connect(options(port)), (error: EngineError) => {
      assert.equal(error.code, 'sql/unreachable');
      assert.equal(diagnose(error)?.id, 'connect-refused');
      return true;
    });
  });

  it('stops at once when cancelled, and ends its socket', async () => {
    let ended: Promise<unknown> | undefined;
    const controller = new AbortController();
    const port = await listen((socket) => {
      socket.resume();
      ended = once(socket, 'close');
      controller.abort();
    });
    const connecting = connect(options(port, { signal: controller.signal, timeoutMs: 600_000 }));
    await assert.rejects(connecting, CancelledError);
    await ended;
  });

  it('stops while the password is being asked for', async () => {
    const controller = new AbortController();
    const never = new Promise<string>(() => undefined);
    const connecting = connect(options(1, { signal: controller.signal, password: () => never }));
    controller.abort();
    await assert.rejects(connecting, CancelledError);
  });

  it('passes on why the password could not be had', async () => {
    const why = new EngineError('sql/no-master-secret', 'No secret.');
    await assert.rejects(connect(options(1, { password: () => Promise.reject(why) })), why);
  });
});
