/** Packet types and statuses of MS-TDS 2.2.3.1, as far as this server meets them. */
export const packetType = {
  batch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  transactionManager: 0x0e,
  login7: 0x10,
  prelogin: 0x12,
} as const;

export const packetStatus = {
  endOfMessage: 0x01,
  ignore: 0x02,
  resetConnection: 0x08,
  resetConnectionKeepTransaction: 0x10,
} as const;

export const headerBytes = 8;
export const defaultPacketBytes = 4096;
export const smallestPacketBytes = 512;
export const largestPacketBytes = 32_767;

/** The peer broke the protocol; the connection is closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export interface Packet {
  readonly type: number;
  readonly status: number;
  readonly payload: Buffer;
}

/** Cuts a byte stream into packets, however TCP or TLS happened to split it. */
export class PacketReader {
  #chunks: Buffer[] = [];
  #length = 0;
  /** Longest packet accepted, header included. */
  maxPacketBytes = defaultPacketBytes;

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The next whole packet, or undefined until more bytes come. */
  next(): Packet | undefined {
    if (this.#length < headerBytes) return undefined;
    const header = this.#peek(headerBytes);
    const length = header.readUInt16BE(2);
    if (length < headerBytes || length > this.maxPacketBytes) {
      throw new ProtocolError(`a packet of ${length} bytes`);
    }
    if (this.#length < length) return undefined;
    const packet = this.#take(length);
    return {
      type: packet.readUInt8(0),
      status: packet.readUInt8(1),
      payload: packet.subarray(headerBytes),
    };
  }

  firstByte(): number | undefined {
    return this.#chunks[0]?.[0];
  }

  /** Everything that has not been handed out. */
  rest(): Buffer {
    return this.#length === 0 ? Buffer.alloc(0) : this.#take(this.#length);
  }

  #peek(length: number): Buffer {
    const first = this.#chunks[0];
    if (first && first.length >= length) return first;
    // Only tiny chunks get here; joining them keeps byte-wise senders linear.
    this.#chunks = [Buffer.concat(this.#chunks, this.#length)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #take(length: number): Buffer {
    let count = 0;
    let gathered = 0;
    while (gathered < length) {
      gathered += this.#chunks[count]?.length ?? 0;
      count++;
    }
    const parts = this.#chunks.splice(0, count);
    const joined = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, gathered);
    if (gathered > length) this.#chunks.unshift(joined.subarray(length));
    this.#length -= length;
    return joined.subarray(0, length);
  }
}

/** One packet with its header. */
export function packet(type: number, status: number, id: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(type, 0);
  header.writeUInt8(status, 1);
  header.writeUInt16BE(headerBytes + payload.length, 2);
  header.writeUInt8(id & 0xff, 6);
  return Buffer.concat([header, payload]);
}

/** A whole message cut into packets of at most `packetBytes`. */
export function packets(type: number, payload: Buffer, packetBytes = defaultPacketBytes): Buffer {
  const room = packetBytes - headerBytes;
  const parts: Buffer[] = [];
  let id = 1;
  for (let at = 0; at === 0 || at < payload.length; at += room) {
    const last = at + room >= payload.length;
    parts.push(
      packet(type, last ? packetStatus.endOfMessage : 0, id++, payload.subarray(at, at + room)),
    );
  }
  return Buffer.concat(parts);
}
