import { Unreadable } from './unreadable.js';

const symbols = 512;
const tableBytes = symbols / 2;
const longestCode = 15;
const codeSpace = 1 << longestCode;
/** Symbols from here on are matches: low nibble length, high bits the size of the distance. */
const firstMatch = 256;
const shortestMatch = 3;

/**
 * The code lengths at the start of a payload as a table from the next 15 bits to `symbol << 4 | bits`,
 * or nothing when they do not fill the code space exactly (then it is no such payload).
 */
export function codeTable(payload: Buffer): Uint16Array | undefined {
  if (payload.length < tableBytes) return undefined;
  const byLength: number[][] = Array.from({ length: longestCode + 1 }, () => []);
  for (let symbol = 0; symbol < symbols; symbol++) {
    const pair = payload[symbol >> 1] ?? 0;
    byLength[symbol % 2 === 0 ? pair & 15 : pair >> 4]?.push(symbol);
  }
  const table = new Uint16Array(codeSpace);
  let filled = 0;
  for (let bits = 1; bits <= longestCode; bits++) {
    const span = codeSpace >> bits;
    for (const symbol of byLength[bits] ?? []) {
      if (filled + span > codeSpace) return undefined;
      table.fill((symbol << 4) | bits, filled, filled + span);
      filled += span;
    }
  }
  return filled === codeSpace ? table : undefined;
}

/**
 * Unpacks one payload of at most 64 KiB: LZ77 with Huffman, MS-XCA section 2.2.
 * @param size unpacked length; without it, all that the payload holds up to 64 KiB, cut to whole
 *   512-byte units
 * @throws {Unreadable} `compression` when it is not packed this way, `damaged` when it breaks off
 */
export function decompressXpressHuffman(payload: Buffer, size?: number): Buffer {
  const table = codeTable(payload);
  if (table === undefined) throw new Unreadable('compression', 'no Huffman table');
  const output = Buffer.alloc(size ?? 65_536);
  // A well-formed payload may be read a few bytes beyond its end: those count as zero.
  const byte = (at: number) => payload[at] ?? 0;
  const word = (at: number) => byte(at) | (byte(at + 1) << 8);

  let position = tableBytes + 4;
  // The next bits, highest first; `spare` counts those beyond the 16 that are always there.
  let bits = ((word(tableBytes) << 16) | word(tableBytes + 2)) >>> 0;
  let spare = 16;
  const skip = (count: number) => {
    bits = (bits << count) >>> 0;
    spare -= count;
    if (spare >= 0) return;
    bits = (bits | (word(position) << -spare)) >>> 0;
    position += 2;
    spare += 16;
  };

  let length = 0;
  let wholeUnits = 0;
  while (length < output.length) {
    const bitsUsed = position * 8 - 16 - spare;
    if (bitsUsed > payload.length * 8) {
      if (size === undefined) return output.subarray(0, wholeUnits);
      throw new Unreadable('damaged', 'compressed data breaks off');
    }
    const code = table[bits >>> (32 - longestCode)] ?? 0;
    skip(code & 15);
    const symbol = code >> 4;
    if (symbol < firstMatch) {
      output[length++] = symbol;
    } else {
      // Long lengths lie in whole bytes ahead of the bit buffer, between code and distance.
      let count = symbol & 15;
      if (count === 15) {
        count += byte(position++);
        if (count === 15 + 255) {
          count = word(position);
          position += 2;
          if (count === 0) {
            count = word(position) + word(position + 2) * 65_536;
            position += 4;
          }
        }
      }
      count += shortestMatch;
      const distanceBits = (symbol >> 4) & 15;
      const distance =
        (1 << distanceBits) + (distanceBits === 0 ? 0 : bits >>> (32 - distanceBits));
      skip(distanceBits);
      if (distance > length || count > output.length - length) {
        if (size === undefined) return output.subarray(0, wholeUnits);
        throw new Unreadable('damaged', 'compressed data points outside itself');
      }
      // Byte by byte: a match may overlap what it writes.
      for (const end = length + count; length < end; length++)
        output[length] = output[length - distance] ?? 0;
    }
    if (length % 512 === 0) wholeUnits = length;
  }
  return output;
}
