import { open } from 'node:fs/promises';
import { encryptPiece } from '../../src/core/transfer/encryptPiece.js';
import { Stopwatch } from '../../src/core/transfer/stopwatch.js';

/** A file's ciphertext as the engine's uploads make it, under a key and an IV of the caller's. */
export async function encryptFile(file: string, key: Buffer, iv: Buffer): Promise<Buffer> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const { chunk } = await encryptPiece(
    key,
    {
      ...{ kind: 'encrypt', fd: handle.fd, offset: 0, length: size, iv, last: true },
      ...{ crc: 0, output: 'new' },
    },
    new Stopwatch(),
  );
  if (chunk === undefined) throw new Error('no ciphertext');
  return Buffer.from(chunk);
}
