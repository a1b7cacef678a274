import { ProtocolError } from './packet.js';

const token = { version: 0, encryption: 1, instance: 2, threadId: 3, mars: 4 } as const;
const terminator = 0xff;
const optionBytes = 5;
const maxOptions = 16;
const maxBytes = 1024;

/** PRELOGIN's ENCRYPTION values (MS-TDS 2.2.6.5). */
export const encryption = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/** What of the client's PRELOGIN matters here: its wish for encryption. */
export function readPrelogin(payload: Buffer): { readonly encryption: number } {
  if (payload.length > maxBytes) throw new ProtocolError('an oversized PRELOGIN');
  let wish: number = encryption.off;
  for (let index = 0; ; index++) {
    const at = index * optionBytes;
    if (payload[at] === terminator) break;
    if (index >= maxOptions || at + optionBytes > payload.length) {
      throw new ProtocolError('an endless PRELOGIN option table');
    }
    const offset = payload.readUInt16BE(at + 1);
    const length = payload.readUInt16BE(at + 3);
    if (offset + length > payload.length) throw new ProtocolError('a PRELOGIN option outside');
    if (payload[at] === token.encryption && length >= 1) wish = payload.readUInt8(offset);
  }
  return { encryption: wish };
}

/**
 * The answer: this server's version, the encryption verdict, and MARS off (answering 1 makes ODBC and
 * FreeTDS speak a multiplexing protocol).
 */
export function writePrelogin(version: Buffer, verdict: number): Buffer {
  const options: (readonly [number, Buffer])[] = [
    [token.version, version],
    [token.encryption, Buffer.from([verdict])],
    [token.instance, Buffer.from([0])],
    [token.threadId, Buffer.alloc(0)],
    [token.mars, Buffer.from([0])],
  ];
  const table = Buffer.alloc(options.length * optionBytes + 1, terminator);
  let offset = table.length;
  options.forEach(([name, data], index) => {
    table.writeUInt8(name, index * optionBytes);
    table.writeUInt16BE(offset, index * optionBytes + 1);
    table.writeUInt16BE(data.length, index * optionBytes + 3);
    offset += data.length;
  });
  return Buffer.concat([table, ...options.map(([, data]) => data)]);
}

/**
 * Encryption is forced: a client that asks for none is told that it is required, whatever it said it
 * could do. Answering "not supported" would make several drivers send the password in clear text.
 */
export function encryptionVerdict(wish: number): number {
  return wish === encryption.on || wish === encryption.required
    ? encryption.on
    : encryption.required;
}
