/** XOR of the first `words` little-endian 16-bit words: the checksum of MTF headers. */
export function xorChecksum(bytes: Buffer, words: number): number {
  let checksum = 0;
  for (let i = 0; i < words; i++) checksum ^= bytes.readUInt16LE(2 * i);
  return checksum;
}

/** A u64 as a number. Beyond 2^53 it loses precision, which only a damaged or hostile size reaches. */
export function readU64(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset));
}

const two = (n: number) => String(n).padStart(2, '0');

/** An MTF date: 5 bytes, packed from the high bit down. null for "none" and for absurd ones. */
export function readDate(bytes: Buffer, offset: number): string | null {
  const packed = bytes.readUIntBE(offset, 5);
  // 40 bits: bit operations would cut at 32, so divide.
  const high = Math.floor(packed / 2 ** 17);
  const year = high >>> 9;
  const month = (high >>> 5) & 15;
  const day = high & 31;
  const hour = (packed >>> 12) & 31;
  const minute = (packed >>> 6) & 63;
  const second = packed & 63;
  const possible =
    year >= 1980 &&
    year <= 2200 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  return possible
    ? `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`
    : null;
}

export const zeroGuid = '00000000-0000-0000-0000-000000000000';

/** A GUID in the Microsoft mixed byte order, lower case. */
export function readGuid(bytes: Buffer, offset: number): string {
  const hex = (from: number, to: number) => bytes.toString('hex', offset + from, offset + to);
  const first = bytes.readUInt32LE(offset).toString(16).padStart(8, '0');
  const second = bytes
    .readUInt16LE(offset + 4)
    .toString(16)
    .padStart(4, '0');
  const third = bytes
    .readUInt16LE(offset + 6)
    .toString(16)
    .padStart(4, '0');
  return `${first}-${second}-${third}-${hex(8, 10)}-${hex(10, 16)}`;
}

/** As {@link readGuid}, with null for the zero GUID. */
export function readGuidOrNull(bytes: Buffer, offset: number): string | null {
  const guid = readGuid(bytes, offset);
  return guid === zeroGuid ? null : guid;
}

/** A log sequence number: virtual log file, log block, slot. */
export interface Lsn {
  readonly vlf: number;
  readonly block: number;
  readonly slot: number;
}

export function readLsn(bytes: Buffer, offset: number): Lsn {
  return {
    vlf: bytes.readUInt32LE(offset),
    block: bytes.readUInt32LE(offset + 4),
    slot: bytes.readUInt16LE(offset + 8),
  };
}

export const isZeroLsn = (lsn: Lsn): boolean => lsn.vlf === 0 && lsn.block === 0 && lsn.slot === 0;

/** SQL Server's decimal form: `vlf`, `block` on 10 digits, `slot` on 5, as one number. */
export function lsnDecimal(lsn: Lsn): string {
  const digits = `${lsn.vlf}${String(lsn.block).padStart(10, '0')}${String(lsn.slot).padStart(5, '0')}`;
  return BigInt(digits).toString();
}

/** No name, path or description of a backup comes near this; longer ones are damage. */
const longestText = 4096;

export type StringType = 'none' | 'ansi' | 'utf16';

/**
 * The string that a TAPEADDR (u16 size, u16 offset) at `reference` names. `structure` must begin where
 * its offsets count from and end where its strings must end. Absent or impossible ones give ''.
 */
export function readText(structure: Buffer, reference: number, type: StringType): string {
  const size = structure.readUInt16LE(reference);
  const start = structure.readUInt16LE(reference + 2);
  if (size === 0 || size > longestText || start + size > structure.length || type === 'none')
    return '';
  const bytes = structure.subarray(start, start + size);
  const text = type === 'utf16' ? bytes.toString('utf16le') : bytes.toString('latin1');
  // The software name carries its terminating NUL.
  return text.replace(/\0+$/u, '');
}
