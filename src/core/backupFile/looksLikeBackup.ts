import { xorChecksum } from './fields.js';
import { sqlServerVendorId } from './media.js';

export const plainMagic = 'TAPE';
export const compressedMagic = 'MSSQLBAK';

const vendorIdAt = 86;

/**
 * True when a file that begins with these bytes (8 or more) is a native SQL Server backup: `TAPE` or
 * `MSSQLBAK`. Given 88 bytes or more, a sound tape header of another program (`.bkf`) is told apart.
 */
export function looksLikeBackup(first: Buffer): boolean {
  const magic = first.toString('latin1', 0, compressedMagic.length);
  return magic === compressedMagic || (magic.startsWith(plainMagic) && !isForeignTape(first));
}

/** A valid MTF media header that does not come from SQL Server. */
export function isForeignTape(first: Buffer): boolean {
  return (
    first.length >= vendorIdAt + 2 &&
    first.toString('latin1', 0, plainMagic.length) === plainMagic &&
    xorChecksum(first, 25) === first.readUInt16LE(50) &&
    first.readUInt16LE(vendorIdAt) !== sqlServerVendorId
  );
}
