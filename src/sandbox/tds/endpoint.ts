import net from 'node:net';
import { serveConnection } from './connection.js';
import { serverTls } from './handshake.js';
import type { SqlServer } from './session.js';

const maxConnections = 128;
const maxUnauthenticated = 32;

export interface TdsEndpoint {
  readonly port: number;
  /** Stops listening and drops every client. */
  close(): Promise<void>;
}

export interface TdsEndpointOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly server: SqlServer;
  /** PEM texts. */
  readonly certificate: { readonly key: string; readonly cert: string };
}

/** Listens for TDS clients on loopback. Rejects with Node's error when the port cannot be had. */
export async function listenTds(options: TdsEndpointOptions): Promise<TdsEndpoint> {
  const context = serverTls(options.certificate.key, options.certificate.cert);
  const sockets = new Set<net.Socket>();
  const unauthenticated = new Set<net.Socket>();
  const listener = net.createServer((socket) => {
    if (sockets.size >= maxConnections || unauthenticated.size >= maxUnauthenticated) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    unauthenticated.add(socket);
    void serveConnection(socket, options.server, context, () => {
      unauthenticated.delete(socket);
    }).finally(() => {
      sockets.delete(socket);
      unauthenticated.delete(socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port, '127.0.0.1', () => {
      listener.off('error', reject);
      resolve();
    });
  });
  const address = listener.address() as net.AddressInfo;
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}
