/** Time-based one-time passwords (RFC 6238): 30 seconds, six digits, SHA-1. */
import { createHmac } from 'node:crypto';
import { base32 } from '../state/identifiers.js';

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text.replace(/=+$/, '').toUpperCase()) {
    value = (value << 5) | base32.indexOf(character);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 0xff);
      value &= (1 << bits) - 1;
    }
  }
  return Buffer.from(bytes);
}

/** The code a device with this base-32 seed shows at a time (milliseconds since 1970). */
export function totp(seed: string, time: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const hash = createHmac('sha1', fromBase32(seed)).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 0xf;
  const number = hash.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** Devices drift: the code before and the code after count too. */
export function totpMatches(seed: string, code: string, time: number): boolean {
  return [0, -30_000, 30_000].some((drift) => totp(seed, time + drift) === code);
}
