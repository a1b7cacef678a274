import { once } from 'node:events';
import net from 'node:net';

/** Stands between a client and a server, changes nothing, and notes the head of every message. */
export interface WireTap {
  readonly endpointUrl: string;
  /** Request heads, status lines and header lines, in order, as sent. */
  readonly requests: string[];
  /** Status lines of the answers, those of `100 Continue` among them. */
  readonly statuses: string[];
  readonly stop: () => Promise<void>;
}

/** A head that has begun must not be forgotten; Node refuses longer ones. */
const maxHead = 16_384;

export async function startWireTap(endpointUrl: string): Promise<WireTap> {
  const { hostname, port } = new URL(endpointUrl);
  const requests: string[] = [];
  const statuses: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // The other side's end shows in its own answers.
      socket.on('error', () => undefined);
    }
    listen(client, /(?:GET|PUT|POST|HEAD|DELETE) \/\S* HTTP\/1\.1\r\n[\s\S]*?\r\n\r\n/g, requests);
    listen(upstream, /HTTP\/1\.1 \d{3}[^\r]*\r\n/g, statuses);
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ requests, statuses },
    endpointUrl: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Collects what matches, also where it comes in several pieces. */
function listen(socket: net.Socket, pattern: RegExp, found: string[]): void {
  let rest = '';
  socket.on('data', (piece) => {
    rest += piece.toString('latin1');
    let end = 0;
    for (const match of rest.matchAll(pattern)) {
      found.push(match[0]);
      end = match.index + match[0].length;
    }
    rest = rest.slice(Math.max(end, rest.length - maxHead));
  });
}
