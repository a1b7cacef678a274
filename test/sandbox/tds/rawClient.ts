import tls from 'node:tls';
import { PacketReader, packets, packetType } from '../../../src/sandbox/tds/packet.js';
import { password, user } from './scriptedServer.js';

export interface RawMessage {
  readonly type: number;
  readonly payload: Buffer;
}

/**
 * Speaks TDS byte by byte: the test writes what it likes and gets whole messages back. Connects in
 * strict mode, where TLS comes first, so that all of TDS is in the test's hands.
 */
export class RawClient {
  readonly #socket: tls.TLSSocket;
  readonly #reader = new PacketReader();
  readonly #messages: RawMessage[] = [];
  #parts: Buffer[] = [];
  #waiting: ((message: RawMessage | undefined) => void)[] = [];
  closed = false;

  private constructor(socket: tls.TLSSocket) {
    this.#socket = socket;
    this.#reader.maxPacketBytes = 32_767;
    socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      for (const resolve of this.#waiting.splice(0)) resolve(undefined);
    });
  }

  static async connect(port: number, ca: string): Promise<RawClient> {
    const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  static async loggedIn(port: number, ca: string, packetBytes = 4096): Promise<RawClient> {
    const client = await RawClient.connect(port, ca);
    client.write(prelogin());
    await client.next();
    client.write(login(packetBytes));
    await client.next();
    return client;
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** One write for every `size` bytes, each in a turn of its own. */
  async writeIn(bytes: Buffer, size: number): Promise<void> {
    for (let at = 0; at < bytes.length; at += size) {
      this.#socket.write(bytes.subarray(at, at + size));
      await new Promise(setImmediate);
    }
  }

  /** The next whole message; undefined when the server has closed. */
  next(): Promise<RawMessage | undefined> {
    const ready = this.#messages.shift();
    if (ready || this.closed) return Promise.resolve(ready);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Stops reading, so that the server meets back-pressure. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#reader.push(chunk);
    for (let packet = this.#reader.next(); packet; packet = this.#reader.next()) {
      this.#parts.push(packet.payload);
      if (!(packet.status & 1)) continue;
      const message = { type: packet.type, payload: Buffer.concat(this.#parts) };
      this.#parts = [];
      const waiting = this.#waiting.shift();
      if (waiting) waiting(message);
      else this.#messages.push(message);
    }
  }
}

/** PRELOGIN with VERSION and an ENCRYPTION wish. */
export const preloginPayload = (wish: number) =>
  Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, wish]);

export const prelogin = (wish = 2) => packets(packetType.prelogin, preloginPayload(wish));

export interface LoginFields {
  readonly userName: string;
  readonly password: string;
  readonly database: string;
  readonly tdsVersion: number;
}

export function loginPayload(packetBytes: number, fields: Partial<LoginFields> = {}): Buffer {
  const head = Buffer.alloc(94);
  const data: Buffer[] = [];
  let at = head.length;
  const field = (pointer: number, bytes: Buffer) => {
    head.writeUInt16LE(at, pointer);
    head.writeUInt16LE(bytes.length / 2, pointer + 2);
    data.push(bytes);
    at += bytes.length;
  };
  const text = (value: string) => Buffer.from(value, 'utf16le');
  const scrambled = text(fields.password ?? password).map(
    (byte) => (((byte & 0x0f) << 4) | (byte >> 4)) ^ 0xa5,
  );
  head.writeUInt32LE(fields.tdsVersion ?? 0x74000004, 4);
  head.writeUInt32LE(packetBytes, 8);
  field(36, text('HOST'));
  field(40, text(fields.userName ?? user));
  field(44, Buffer.from(scrambled));
  field(48, text('raw'));
  field(68, text(fields.database ?? ''));
  head.writeUInt32LE(at, 0);
  return Buffer.concat([head, ...data]);
}

export const login = (packetBytes: number, fields: Partial<LoginFields> = {}) =>
  packets(packetType.login7, loginPayload(packetBytes, fields));

export const allHeaders = Buffer.from('16000000120000000200000000000000000001000000', 'hex');

export const batchPayload = (text: string) =>
  Buffer.concat([allHeaders, Buffer.from(text, 'utf16le')]);

export const batch = (text: string, packetBytes = 4096) =>
  packets(packetType.batch, batchPayload(text), packetBytes);

export const attention = Buffer.from('0601000800000000', 'hex');
