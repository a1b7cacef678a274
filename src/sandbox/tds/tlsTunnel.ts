import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import {
  defaultPacketBytes,
  PacketReader,
  packets,
  packetStatus,
  packetType,
  ProtocolError,
} from './packet.js';

const maxWrappedMessages = 16;
const maxWrappedBytes = 64 * 1024;

/**
 * The transport under TLS in TDS 7.x: handshake flights travel as PRELOGIN messages (type 0x12), and
 * everything after the handshake is raw TLS records.
 *
 * Wrapping ends when the client's first unwrapped record arrives. It must not end at the TLSSocket's
 * `secure` event: Node emits that before its own last flight has come down to this stream.
 */
export class TlsTunnel extends Duplex {
  readonly #socket: Socket;
  readonly #reader = new PacketReader();
  #wrapping = true;
  #flight: Buffer[] = [];
  #flushScheduled = false;
  #messages = 0;
  #bytes = 0;

  constructor(socket: Socket, alreadyRead: Buffer) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
    if (alreadyRead.length > 0) this.#receive(alreadyRead);
  }

  #receive(chunk: Buffer): void {
    if (!this.#wrapping) {
      if (!this.push(chunk)) this.#socket.pause();
      return;
    }
    this.#reader.push(chunk);
    try {
      this.#unwrap();
    } catch (error) {
      this.destroy(error instanceof Error ? error : undefined);
    }
  }

  #unwrap(): void {
    for (;;) {
      const first = this.#reader.firstByte();
      if (first === undefined) return;
      if (first !== packetType.prelogin) {
        if (first < 0x14 || first > 0x17) throw new ProtocolError('neither TDS nor TLS');
        this.#sendFlight();
        this.#wrapping = false;
        this.push(this.#reader.rest());
        return;
      }
      const packet = this.#reader.next();
      if (!packet) return;
      if (packet.status & packetStatus.endOfMessage) this.#messages++;
      this.#bytes += packet.payload.length;
      if (this.#messages > maxWrappedMessages || this.#bytes > maxWrappedBytes) {
        throw new ProtocolError('an endless TLS handshake');
      }
      this.push(packet.payload);
    }
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (!this.#wrapping) {
      this.#socket.write(chunk, done);
      return;
    }
    // A flight must leave as one message, so everything written in this turn is collected.
    this.#flight.push(chunk);
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(() => {
        this.#sendFlight();
      });
    }
    done();
  }

  #sendFlight(): void {
    this.#flushScheduled = false;
    if (this.#flight.length === 0) return;
    const flight = Buffer.concat(this.#flight);
    this.#flight = [];
    if (this.#socket.writable) {
      this.#socket.write(packets(packetType.prelogin, flight, defaultPacketBytes));
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#sendFlight();
    this.#socket.end(() => {
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#flight = [];
    this.#socket.destroy();
    done(error);
  }
}
