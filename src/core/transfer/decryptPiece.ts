import fs from 'node:fs';
import {
  createCbcRangeDecipher,
  createGcmDecipher,
  type ContentDecipher,
} from '../envelope/contentDecipher.js';
import { cipherStep } from './encryptPiece.js';
import type { Stopwatch } from './stopwatch.js';
import type { DecryptCbcTask, Decrypted, DecryptGcmTask } from './workerProtocol.js';

/** Decrypts one piece of an AES-CBC stream into its place in the file. */
export function decryptCbcPiece(key: Buffer, task: DecryptCbcTask, watch: Stopwatch): Decrypted {
  const previousBlock = Buffer.from(task.iv);
  const decipher = createCbcRangeDecipher({ key, previousBlock, isLast: task.last });
  return decryptInto(decipher, task, watch);
}

/** The AES-GCM stream of one object; its pieces must come in order. */
export class GcmStream {
  #decipher: ContentDecipher | undefined;

  decrypt(key: Buffer, task: DecryptGcmTask, watch: Stopwatch): Decrypted {
    if (task.start) {
      const { iv, aad } = task.start;
      const content = { key, iv: Buffer.from(iv), ...(aad && { aad: Buffer.from(aad) }) };
      this.#decipher = createGcmDecipher(content);
    }
    if (!this.#decipher) throw new Error('A GCM stream begins with its first piece');
    return decryptInto(this.#decipher, task, watch);
  }
}

function decryptInto(
  decipher: ContentDecipher,
  task: DecryptCbcTask | DecryptGcmTask,
  watch: Stopwatch,
): Decrypted {
  const ciphertext = Buffer.from(task.buffer, 0, task.length);
  let position = task.position;
  const store = (plaintext: Buffer): void => {
    watch.lap('cipherS');
    writeFully(task.fd, plaintext, position);
    position += plaintext.length;
    watch.lap('writeS');
  };
  watch.start();
  for (let at = 0; at < ciphertext.length; at += cipherStep) {
    store(decipher.update(ciphertext.subarray(at, at + cipherStep)));
  }
  if (task.last) store(decipher.final());
  return { plaintextBytes: position - task.position };
}

function writeFully(fd: number, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length;) {
    written += fs.writeSync(fd, bytes, written, bytes.length - written, position + written);
  }
}
