/** Random access to bytes that may lie in a file, in S3, or behind a cipher. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /**
   * Reads up to `length` bytes from `offset`; shorter only at the end of the source, empty beyond it.
   * @throws when the bytes cannot be had (the underlying error, or an EngineError)
   */
  read(offset: number, length: number): Promise<Buffer>;
}

/** A source over bytes in memory. */
export function bufferSource(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}
