import type { Duplex } from 'node:stream';
import { PacketReader, packetStatus, packetType, ProtocolError } from './packet.js';

export interface ClientMessage {
  readonly type: number;
  readonly payload: Buffer;
  /** The client gave the request up half-way; it must not run. */
  readonly ignored: boolean;
  readonly reset: boolean;
  readonly resetKeepsTransaction: boolean;
}

const maxQueued = 16;
const maxRequestBytes = 8 * 1024 * 1024;

/**
 * Messages of one client, one after another, with a look ahead for attention: a request that runs (or
 * still waits its turn) is stopped by an attention that lies behind it.
 */
export class MessageStream {
  readonly #reader = new PacketReader();
  readonly #queue: ClientMessage[] = [];
  #parts: Buffer[] = [];
  #bytes = 0;
  #type: number | undefined;
  #firstStatus = 0;
  #waiting: ((message: ClientMessage | undefined) => void) | undefined;
  #ended = false;
  #failure: Error | undefined;
  /** Called when an attention arrives while the owner is busy. */
  onAttention: (() => void) | undefined;
  /** Longest message accepted. */
  maxMessageBytes: number;

  constructor(stream: Duplex, maxMessageBytes: number) {
    this.maxMessageBytes = maxMessageBytes;
    stream.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    const end = () => {
      this.#ended = true;
      this.#settle();
    };
    stream.on('end', end);
    stream.on('close', end);
  }

  /** From login on packets may be larger and requests longer. */
  allowRequests(packetBytes: number): void {
    this.#reader.maxPacketBytes = Math.max(packetBytes, this.#reader.maxPacketBytes);
    this.maxMessageBytes = maxRequestBytes;
  }

  /** True when an attention waits behind the messages taken so far. */
  get attentionWaits(): boolean {
    return this.#queue.some(({ type }) => type === packetType.attention);
  }

  /** The next message; undefined when the client has gone. */
  async next(): Promise<ClientMessage | undefined> {
    const ready = this.#queue.shift();
    if (ready) return ready;
    if (this.#failure) throw this.#failure;
    if (this.#ended) return undefined;
    return new Promise((resolve, reject) => {
      this.#waiting = (message) => {
        if (!message && this.#failure) reject(this.#failure);
        else resolve(message);
      };
    });
  }

  #receive(chunk: Buffer): void {
    if (this.#failure) return;
    this.#reader.push(chunk);
    try {
      for (let packet = this.#reader.next(); packet; packet = this.#reader.next()) {
        this.#addPacket(packet.type, packet.status, packet.payload);
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new ProtocolError(String(error));
      this.#settle();
    }
  }

  #addPacket(type: number, status: number, payload: Buffer): void {
    if (type === packetType.attention) {
      this.#parts = [];
      this.#type = undefined;
      this.#bytes = 0;
      this.#deliver({ type, payload, ignored: false, reset: false, resetKeepsTransaction: false });
      return;
    }
    if (this.#type === undefined) {
      this.#type = type;
      this.#firstStatus = status;
    } else if (this.#type !== type) {
      throw new ProtocolError('a message of mixed packet types');
    }
    this.#bytes += payload.length;
    if (this.#bytes > this.maxMessageBytes) throw new ProtocolError('an oversized message');
    this.#parts.push(payload);
    if (!(status & packetStatus.endOfMessage)) return;
    const message = Buffer.concat(this.#parts, this.#bytes);
    const first = this.#firstStatus;
    this.#parts = [];
    this.#type = undefined;
    this.#bytes = 0;
    this.#deliver({
      type,
      payload: message,
      ignored: (status & packetStatus.ignore) !== 0,
      reset:
        (first & (packetStatus.resetConnection | packetStatus.resetConnectionKeepTransaction)) !==
        0,
      resetKeepsTransaction: (first & packetStatus.resetConnectionKeepTransaction) !== 0,
    });
  }

  #deliver(message: ClientMessage): void {
    if (this.#queue.length >= maxQueued) throw new ProtocolError('too many requests ahead');
    this.#queue.push(message);
    if (this.#waiting) this.#settle();
    else if (message.type === packetType.attention) this.onAttention?.();
  }

  #settle(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    waiting(this.#queue.shift());
  }
}
