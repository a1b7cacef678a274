import zlib from 'node:zlib';

/**
 * CRC-32 as in zip and PNG, which Amazon S3 calls CRC32. `value` is the CRC of the bytes before.
 * Native where Node has it (20.15 and 22.2 on), else by table.
 */
export const crc32: (bytes: Uint8Array, value?: number) => number =
  'crc32' in zlib ? zlib.crc32 : crc32ByTable;

/** The CRC as S3 writes it: base64 of the four bytes, most significant first. */
export function crc32Base64(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

let table: Uint32Array | undefined;

export function crc32ByTable(bytes: Uint8Array, value = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let entry = byte;
    for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? 0xedb88320 ^ (entry >>> 1) : entry >>> 1;
    return entry;
  });
  let crc = ~value;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
