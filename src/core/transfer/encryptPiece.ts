import { createCipheriv } from 'node:crypto';
import { ciphertextLength } from '../envelope/contentLength.js';
import { blockBytes, contentCipher } from '../envelope/format.js';
import { crc32 } from './crc32.js';
import { readAhead } from './readAhead.js';
import type { Stopwatch } from './stopwatch.js';
import type { Encrypted, EncryptTask } from './workerProtocol.js';

/**
 * Bytes per cipher call. The cipher returns a new buffer for each call, and beyond 256 KiB fetching
 * fresh memory costs more than the cipher does; smaller ones stay in the processor's cache for the
 * checksum and the copy.
 */
export const cipherStep = 64 * 1024;

/** Runs one piece of an AES-256-CBC stream: read, encrypt, checksum, store. */
export async function encryptPiece(
  key: Uint8Array,
  task: EncryptTask,
  watch: Stopwatch,
): Promise<Encrypted> {
  const cipher = createCipheriv('aes-256-cbc', key, task.iv).setAutoPadding(task.last);
  const ciphertextBytes = task.last
    ? ciphertextLength(contentCipher.cbc, task.length)
    : task.length;
  const chunk = task.output === 'new' ? new Uint8Array(ciphertextBytes) : undefined;
  const target =
    chunk ?? (task.output instanceof SharedArrayBuffer ? new Uint8Array(task.output) : undefined);
  let crc = task.crc;
  let position = 0;
  let nextIv = Uint8Array.from(task.iv);

  const store = (ciphertext: Buffer): void => {
    watch.lap('cipherS');
    if (ciphertext.length === 0) return;
    crc = crc32(ciphertext, crc);
    watch.lap('checksumS');
    target?.set(ciphertext, position);
    position += ciphertext.length;
    nextIv = Uint8Array.from(ciphertext.subarray(-blockBytes));
    watch.lap('storeS');
  };

  watch.start();
  for await (const plaintext of readAhead(task.fd, task.offset, task.length)) {
    watch.lap('readS');
    for (let at = 0; at < plaintext.length; at += cipherStep) {
      store(cipher.update(plaintext.subarray(at, at + cipherStep)));
    }
  }
  watch.lap('readS');
  store(cipher.final());
  return { ciphertextBytes, crc, nextIv, chunk };
}
