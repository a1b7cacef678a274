/** LZ77 with Huffman as in MS-XCA section 2.1, to make what the decoder must read. */

export type Token = number | { readonly length: number; readonly distance: number };

const longestCode = 15;

/** Greedy matching over a table of the last place of every three bytes. */
export function tokenize(data: Buffer, o: { matches?: boolean; longest?: number } = {}): Token[] {
  const tokens: Token[] = [];
  const seen = new Map<number, number>();
  for (let at = 0; at < data.length;) {
    const key = at + 3 <= data.length ? data.readUIntLE(at, 3) : -1;
    const before = o.matches === false || key < 0 ? undefined : seen.get(key);
    if (key >= 0) seen.set(key, at);
    let length = 0;
    if (before !== undefined && at - before < 65_536) {
      const most = Math.min(data.length - at, o.longest ?? 65_538);
      while (length < most && data[before + length] === data[at + length]) length++;
    }
    if (before !== undefined && length >= 3) {
      tokens.push({ length, distance: at - before });
      at += length;
    } else {
      tokens.push(data[at++] ?? 0);
    }
  }
  return tokens;
}

const matchSymbol = ({ length, distance }: { length: number; distance: number }) =>
  256 + 16 * Math.floor(Math.log2(distance)) + Math.min(length - 3, 15);

const symbolOf = (token: Token) => (typeof token === 'number' ? token : matchSymbol(token));

/** Huffman code lengths of at most 15 bits that fill the code space exactly. */
function codeLengths(tokens: readonly Token[]): number[] {
  let frequencies = new Array<number>(512).fill(0);
  for (const token of tokens) frequencies[symbolOf(token)]!++;
  // Two symbols at least, or there would be no code.
  for (let symbol = 0; frequencies.filter((n) => n > 0).length < 2; symbol++)
    frequencies[symbol] ||= 1;
  for (;;) {
    const lengths = huffman(frequencies);
    if (Math.max(...lengths) <= longestCode) return lengths;
    frequencies = frequencies.map((n) => (n === 0 ? 0 : (n >> 2) + 1));
  }
}

function huffman(frequencies: readonly number[]): number[] {
  const lengths = new Array<number>(512).fill(0);
  const nodes = frequencies
    .map((weight, symbol) => ({ weight, symbols: [symbol] }))
    .filter(({ weight }) => weight > 0);
  while (nodes.length > 1) {
    nodes.sort((a, b) => b.weight - a.weight);
    const [b, a] = [nodes.pop()!, nodes.pop()!];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths[symbol]!++;
    nodes.push({ weight: a.weight + b.weight, symbols });
  }
  return lengths;
}

/** The payload: 256 bytes of code lengths, then codes with long lengths in between as whole bytes. */
export function encodeTokens(tokens: readonly Token[]): Buffer {
  const lengths = codeLengths(tokens);
  const codes = canonicalCodes(lengths);
  const bits = new BitWriter();
  for (const token of tokens) {
    const symbol = symbolOf(token);
    bits.write(lengths[symbol]!, codes[symbol]!);
    if (typeof token === 'number') continue;
    const extra = token.length - 3;
    if (extra >= 15) bits.longLength(extra);
    const distanceBits = Math.floor(Math.log2(token.distance));
    bits.write(distanceBits, token.distance - (1 << distanceBits));
  }
  const table = Buffer.alloc(256);
  for (let i = 0; i < 256; i++) table[i] = lengths[2 * i]! | (lengths[2 * i + 1]! << 4);
  return Buffer.concat([table, bits.finish()]);
}

export const encodeXpressHuffman = (data: Buffer, o?: { matches?: boolean; longest?: number }) =>
  encodeTokens(tokenize(data, o));

function canonicalCodes(lengths: readonly number[]): number[] {
  const codes = new Array<number>(512).fill(0);
  let code = 0;
  for (let length = 1; length <= longestCode; length++) {
    for (let symbol = 0; symbol < 512; symbol++)
      if (lengths[symbol] === length) codes[symbol] = code++;
    code <<= 1;
  }
  return codes;
}

/** Two 16-bit words are always reserved ahead, so whole bytes go after them. */
class BitWriter {
  readonly #out = [0, 0, 0, 0];
  #first = 0;
  #second = 2;
  #bits = 0;
  #free = 16;

  write(count: number, value: number): void {
    if (this.#free >= count) {
      this.#free -= count;
      this.#bits = (this.#bits << count) | value;
      return;
    }
    const over = count - this.#free;
    this.#put(this.#first, (this.#bits << this.#free) | (value >> over));
    this.#first = this.#second;
    this.#second = this.#out.length;
    this.#out.push(0, 0);
    this.#bits = value & ((1 << over) - 1);
    this.#free = 16 - over;
  }

  longLength(extra: number): void {
    if (extra < 15 + 255) this.#out.push(extra - 15);
    else if (extra < 65_536) this.#out.push(255, extra & 255, extra >> 8);
    else this.#out.push(255, 0, 0, ...[0, 8, 16, 24].map((shift) => (extra >>> shift) & 255));
  }

  finish(): Buffer {
    this.#put(this.#first, this.#bits << this.#free);
    this.#put(this.#second, 0);
    return Buffer.from(this.#out);
  }

  #put(at: number, word: number): void {
    this.#out[at] = word & 255;
    this.#out[at + 1] = (word >> 8) & 255;
  }
}
