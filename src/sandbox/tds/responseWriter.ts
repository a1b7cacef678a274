import type { Duplex } from 'node:stream';
import { headerBytes, packet, packetStatus, packetType } from './packet.js';

/** A client that reads nothing for this long is dropped. */
const drainTimeoutMs = 60_000;

/** Writes tokens as packets of the negotiated size and waits while the client does not read. */
export class ResponseWriter {
  readonly #stream: Duplex;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #packetId = 1;
  /** Size of packets, header included; may change only between messages. */
  packetBytes: number;

  constructor(stream: Duplex, packetBytes: number) {
    this.#stream = stream;
    this.packetBytes = packetBytes;
  }

  /** Queues a token; sends every packet that is certainly not the message's last one. */
  async write(token: Buffer): Promise<void> {
    this.#pending.push(token);
    this.#pendingBytes += token.length;
    const room = this.packetBytes - headerBytes;
    if (this.#pendingBytes <= room) return;
    const all = Buffer.concat(this.#pending, this.#pendingBytes);
    const full: Buffer[] = [];
    let at = 0;
    // Strictly less: one packet's worth is kept back until it is known whether more follows.
    for (; all.length - at > room; at += room) {
      full.push(packet(packetType.response, 0, this.#packetId++, all.subarray(at, at + room)));
    }
    this.#pending = [all.subarray(at)];
    this.#pendingBytes = all.length - at;
    await this.#send(Buffer.concat(full));
  }

  /** Ends the message. */
  async end(): Promise<void> {
    const rest = Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    const last = packet(packetType.response, packetStatus.endOfMessage, this.#packetId, rest);
    this.#packetId = 1;
    await this.#send(last);
  }

  async #send(bytes: Buffer): Promise<void> {
    if (this.#stream.destroyed || !this.#stream.writable) throw new Error('the client has gone');
    if (this.#stream.write(bytes)) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#stream.destroy();
      }, drainTimeoutMs);
      const settle = () => {
        clearTimeout(timer);
        this.#stream.off('drain', settle);
        this.#stream.off('close', settle);
        if (this.#stream.destroyed) reject(new Error('the client has gone'));
        else resolve();
      };
      this.#stream.on('drain', settle);
      this.#stream.on('close', settle);
    });
  }
}
