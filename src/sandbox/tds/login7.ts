import { ProtocolError } from './packet.js';

/** What the server uses of a LOGIN7 message (MS-TDS 2.2.6.4). */
export interface Login7 {
  readonly tdsVersion: number;
  /** 0 lets the server choose. */
  readonly packetBytes: number;
  readonly hostName: string;
  readonly userName: string;
  readonly password: string;
  readonly appName: string;
  readonly database: string;
  /** Feature ids the client offers to negotiate. */
  readonly features: readonly number[];
  /** True for integrated security, federated tokens and the like, which this server does not have. */
  readonly otherAuthentication: boolean;
}

export const maxLoginBytes = 128 * 1024 - 1;
const fixedBytes = 94;
const maxNameCharacters = 128;
const featureTerminator = 0xff;

export function readLogin7(payload: Buffer): Login7 {
  if (payload.length < fixedBytes || payload.length > maxLoginBytes) {
    throw new ProtocolError('a LOGIN7 of impossible length');
  }
  if (payload.readUInt32LE(0) !== payload.length) {
    throw new ProtocolError('a LOGIN7 whose length field differs from the message');
  }
  const field = (at: number, maxCharacters: number): Buffer => {
    const offset = payload.readUInt16LE(at);
    const characters = payload.readUInt16LE(at + 2);
    if (characters === 0) return Buffer.alloc(0);
    if (characters > maxCharacters || offset + 2 * characters > payload.length) {
      throw new ProtocolError('a LOGIN7 field outside the message');
    }
    return payload.subarray(offset, offset + 2 * characters);
  };
  const name = (at: number) => field(at, maxNameCharacters).toString('utf16le');
  const flags2 = payload.readUInt8(25);
  const flags3 = payload.readUInt8(27);
  return {
    tdsVersion: payload.readUInt32LE(4),
    packetBytes: payload.readUInt32LE(8),
    hostName: name(36),
    userName: name(40),
    password: readPassword(field(44, maxNameCharacters)),
    appName: name(48),
    database: name(68),
    features: flags3 & 0x10 ? readFeatures(payload) : [],
    otherAuthentication: (flags2 & 0x80) !== 0,
  };
}

/** The sender swapped the nibbles of each byte and XORed it with 0xA5. */
function readPassword(scrambled: Buffer): string {
  const clear = Buffer.from(scrambled.map((byte) => swapNibbles(byte ^ 0xa5)));
  const password = clear.toString('utf16le');
  clear.fill(0);
  return password;
}

const swapNibbles = (byte: number) => ((byte & 0x0f) << 4) | (byte >> 4);

function readFeatures(payload: Buffer): number[] {
  const pointerAt = payload.readUInt16LE(56);
  if (pointerAt + 4 > payload.length) throw new ProtocolError('a feature list outside');
  let at = payload.readUInt32LE(pointerAt);
  const features: number[] = [];
  for (;;) {
    const id = payload[at];
    if (id === undefined) throw new ProtocolError('a feature list without end');
    if (id === featureTerminator) return features;
    if (at + 5 > payload.length) throw new ProtocolError('a feature cut short');
    features.push(id);
    at += 5 + payload.readUInt32LE(at + 1);
  }
}
