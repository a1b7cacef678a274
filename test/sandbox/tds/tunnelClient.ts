import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { PacketReader, packets, packetType } from '../../../src/sandbox/tds/packet.js';
import { prelogin } from './rawClient.js';

/** A client of TDS 7.x whose TLS handshake packets have the size the test wants. */
export class TunnelClient {
  /** Handshake messages the server sent. */
  serverFlights = 0;
  readonly #secure: tls.TLSSocket;
  readonly #socket: net.Socket;
  readonly #data: Buffer[] = [];
  #waiting: ((data: Buffer) => void) | undefined;

  private constructor(socket: net.Socket, ca: string, packetBytes: number) {
    this.#socket = socket;
    let wrapping = true;
    const reader = new PacketReader();
    const transport = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        socket.write(wrapping ? packets(packetType.prelogin, chunk, packetBytes) : chunk);
        done();
      },
    });
    socket.on('data', (chunk: Buffer) => {
      if (!wrapping) {
        transport.push(chunk);
        return;
      }
      reader.push(chunk);
      for (;;) {
        if (reader.firstByte() !== packetType.prelogin) {
          const rest = reader.rest();
          if (rest.length > 0) transport.push(rest);
          return;
        }
        const packet = reader.next();
        if (!packet) return;
        this.serverFlights += packet.status & 1;
        transport.push(packet.payload);
      }
    });
    this.#secure = tls.connect({ socket: transport, servername: 'localhost', ca });
    this.#secure.on('secureConnect', () => {
      wrapping = false;
    });
    this.#secure.on('data', (chunk: Buffer) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting) waiting(chunk);
      else this.#data.push(chunk);
    });
    this.#secure.on('error', () => undefined);
    socket.on('error', () => undefined);
  }

  static async connect(port: number, ca: string, packetBytes: number): Promise<TunnelClient> {
    const socket = net.connect(port, '127.0.0.1');
    socket.write(prelogin(1));
    await new Promise<void>((resolve) => {
      socket.once('data', () => {
        resolve();
      });
    });
    const client = new TunnelClient(socket, ca, packetBytes);
    await new Promise<void>((resolve, reject) => {
      client.#secure.once('secureConnect', resolve);
      client.#secure.once('error', reject);
    });
    return client;
  }

  write(bytes: Buffer): void {
    this.#secure.write(bytes);
  }

  next(): Promise<Buffer> {
    const ready = this.#data.shift();
    if (ready) return Promise.resolve(ready);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
