/** Makes the XOR checksum behind the first `words` words right again. */
export function setHeaderChecksum(bytes: Buffer, at: number, words: number): void {
  let checksum = 0;
  for (let i = 0; i < words; i++) checksum ^= bytes.readUInt16LE(at + 2 * i);
  bytes.writeUInt16LE(checksum, at + 2 * words);
}
