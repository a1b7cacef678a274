/**
 * Hints that a database is under transparent data encryption (TDE). Neither proves it: the header of
 * such a backup is in the clear and says nothing about it.
 */

const thumbprintLength = 20;
const wrappedKeyLengths: readonly number[] = [128, 256, 384, 512];

/** Distinct byte values: random data of n bytes has many, tables of numbers and names have few. */
const distinctBytes = (bytes: Buffer) => new Set(bytes).size;

/** `u32 20, certificate thumbprint, u32 n, n bytes of RSA ciphertext` anywhere in the record. */
export function hasTdeKeyRecord(record: Buffer): boolean {
  const mark = Buffer.from([thumbprintLength, 0, 0, 0]);
  for (let at = record.indexOf(mark); at >= 0; at = record.indexOf(mark, at + 1)) {
    const lengthAt = at + 4 + thumbprintLength;
    if (lengthAt + 4 > record.length) return false;
    const length = record.readUInt32LE(lengthAt);
    if (!wrappedKeyLengths.includes(length)) continue;
    const key = record.subarray(lengthAt + 4, lengthAt + 4 + length);
    const thumbprint = record.subarray(at + 4, lengthAt);
    if (key.length === length && distinctBytes(key) > length / 4 && distinctBytes(thumbprint) > 8)
      return true;
  }
  return false;
}

const pageLength = 8192;
const pageHeaderLength = 96;
const encryptedPageFlag = 0x08;
/** Length of an MQDA stream header and of the prefix before the pages. */
const beforePages = 22 + 2;

/**
 * The first pages of a plain backup, in `head` (its first bytes), are flagged as encrypted and look
 * random behind their page headers.
 */
export function pagesLookEncrypted(head: Buffer): boolean {
  const stream = head.indexOf('MQDA');
  if (stream < 0) return false;
  let encrypted = 0;
  for (let at = stream + beforePages; at + pageLength <= head.length; at += pageLength) {
    const page = head.subarray(at, at + pageLength);
    const flagged = page[0] === 1 && (page.readUInt16LE(4) & encryptedPageFlag) !== 0;
    if (flagged && looksRandom(page.subarray(pageHeaderLength))) encrypted++;
  }
  return encrypted >= 2;
}

/**
 * True for bytes as even as cipher text (or strong compression) makes them: chi-squared over the 256
 * byte values, whose expectation for random data is 255 with a deviation of 23. Wants 1 KiB or more.
 */
export function looksRandom(bytes: Buffer): boolean {
  if (bytes.length < 1024) return false;
  const counts = new Array<number>(256).fill(0);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  const expected = bytes.length / 256;
  const chiSquared = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  return chiSquared < 400;
}
