/** The CRCs that S3 knows, eight bytes at a time by tables, and the joining of CRCs of pieces. */
import zlib from 'node:zlib';

/** A CRC over bytes that come in pieces. Values are unsigned and of `bits` bits. */
export interface Crc {
  update(bytes: Buffer): void;
  value(): bigint;
}

export interface CrcKind {
  readonly bits: 32 | 64;
  /** The polynomial, reflected. */
  readonly polynomial: bigint;
  create(): Crc;
}

type Crc32Function = (data: Buffer, value?: number) => number;
// Node 20.15 and 22.2 brought it; before them the tables do the work.
const nativeCrc32 = (zlib as { crc32?: Crc32Function }).crc32;

class NativeCrc32 implements Crc {
  #value = 0;
  update(bytes: Buffer): void {
    this.#value = nativeCrc32?.(bytes, this.#value) ?? 0;
  }
  value(): bigint {
    return BigInt(this.#value >>> 0);
  }
}

/** Eight tables of 256 entries: `tables[n * 256 + b]` is byte `b` followed by `n` zero bytes. */
function tables32(polynomial: number): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const before = tables[index - 256] ?? 0;
    tables[index] = (before >>> 8) ^ (tables[before & 0xff] ?? 0);
  }
  return tables;
}

class TableCrc32 implements Crc {
  #crc = -1;
  constructor(private readonly tables: Uint32Array) {}

  update(bytes: Buffer): void {
    const t = this.tables;
    let crc = this.#crc;
    let i = 0;
    /* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is masked to its table */
    for (const end = bytes.length - 7; i < end; i += 8) {
      crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      crc =
        t[1792 + (crc & 0xff)]! ^
        t[1536 + ((crc >>> 8) & 0xff)]! ^
        t[1280 + ((crc >>> 16) & 0xff)]! ^
        t[1024 + (crc >>> 24)]! ^
        t[768 + bytes[i + 4]!]! ^
        t[512 + bytes[i + 5]!]! ^
        t[256 + bytes[i + 6]!]! ^
        t[bytes[i + 7]!]!;
    }
    for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 0xff]!;
    /* eslint-enable @typescript-eslint/no-non-null-assertion */
    this.#crc = crc;
  }

  value(): bigint {
    return BigInt(~this.#crc >>> 0);
  }
}

/** As for 32 bits, with every entry in two halves: JavaScript has no fast 64-bit integer. */
function tables64(polynomial: bigint): { low: Uint32Array; high: Uint32Array } {
  const low = new Uint32Array(8 * 256);
  const high = new Uint32Array(8 * 256);
  for (let index = 0; index < 8 * 256; index++) {
    let crc: bigint;
    if (index < 256) {
      crc = BigInt(index);
      for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    } else {
      const before = (BigInt(high[index - 256] ?? 0) << 32n) | BigInt(low[index - 256] ?? 0);
      const byte = Number(before & 0xffn);
      crc = (before >> 8n) ^ ((BigInt(high[byte] ?? 0) << 32n) | BigInt(low[byte] ?? 0));
    }
    low[index] = Number(crc & 0xffffffffn);
    high[index] = Number(crc >> 32n);
  }
  return { low, high };
}

class TableCrc64 implements Crc {
  #low = -1;
  #high = -1;
  constructor(private readonly tables: { low: Uint32Array; high: Uint32Array }) {}

  update(bytes: Buffer): void {
    const { low: l, high: h } = this.tables;
    let low = this.#low;
    let high = this.#high;
    let i = 0;
    /* eslint-disable @typescript-eslint/no-non-null-assertion -- every index is masked to its table */
    for (const end = bytes.length - 7; i < end; i += 8) {
      const x =
        low ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
      const y =
        high ^
        (bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24));
      const a = 1792 + (x & 0xff);
      const b = 1536 + ((x >>> 8) & 0xff);
      const c = 1280 + ((x >>> 16) & 0xff);
      const d = 1024 + (x >>> 24);
      const e = 768 + (y & 0xff);
      const f = 512 + ((y >>> 8) & 0xff);
      const g = 256 + ((y >>> 16) & 0xff);
      const k = y >>> 24;
      low = l[a]! ^ l[b]! ^ l[c]! ^ l[d]! ^ l[e]! ^ l[f]! ^ l[g]! ^ l[k]!;
      high = h[a]! ^ h[b]! ^ h[c]! ^ h[d]! ^ h[e]! ^ h[f]! ^ h[g]! ^ h[k]!;
    }
    for (; i < bytes.length; i++) {
      const entry = (low ^ bytes[i]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ l[entry]!;
      high = (high >>> 8) ^ h[entry]!;
    }
    /* eslint-enable @typescript-eslint/no-non-null-assertion */
    this.#low = low;
    this.#high = high;
  }

  value(): bigint {
    return (BigInt(~this.#high >>> 0) << 32n) | BigInt(~this.#low >>> 0);
  }
}

function lazily<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= make());
}

const ieeeTables = lazily(() => tables32(0xedb88320));
const castagnoliTables = lazily(() => tables32(0x82f63b78));
const nvmeTables = lazily(() => tables64(0x9a6c9329ac4bc9b5n));

export const crc32: CrcKind = {
  bits: 32,
  polynomial: 0xedb88320n,
  create: () => (nativeCrc32 === undefined ? new TableCrc32(ieeeTables()) : new NativeCrc32()),
};
export const crc32c: CrcKind = {
  bits: 32,
  polynomial: 0x82f63b78n,
  create: () => new TableCrc32(castagnoliTables()),
};
export const crc64nvme: CrcKind = {
  bits: 64,
  polynomial: 0x9a6c9329ac4bc9b5n,
  create: () => new TableCrc64(nvmeTables()),
};
/** For tests: CRC32 without Node's own. */
export const crc32ByTable: CrcKind = { ...crc32, create: () => new TableCrc32(ieeeTables()) };

/**
 * What appending `length` bytes does to a CRC: x^(8·length) modulo the polynomial, as in zlib's
 * crc32_combine, for any width.
 */
export function appendFactor(kind: CrcKind, length: number): bigint {
  let power = 1n << BigInt(kind.bits - 1);
  // x^8, to be squared for every bit of the length.
  let factor = 1n << BigInt(kind.bits - 9);
  for (let rest = BigInt(length); rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = multiply(kind, power, factor);
    factor = multiply(kind, factor, factor);
  }
  return power;
}

/** CRC of two pieces one after the other; `factor` is {@link appendFactor} of the second's length. */
export function combineCrc(kind: CrcKind, first: bigint, second: bigint, factor: bigint): bigint {
  return multiply(kind, factor, first) ^ second;
}

/** Product of two reflected polynomials. */
function multiply(kind: CrcKind, a: bigint, b: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = 1n << BigInt(kind.bits - 1); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ kind.polynomial : shifted >> 1n;
  }
  return product;
}
