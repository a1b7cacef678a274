import fs from 'node:fs';
import {
  type ContentDecipher,
  createCbcRangeDecipher,
  createGcmDecipher,
} from '../envelope/contentDecipher.js';
import type { Stopwatch } from './stopwatch.js';
import type { Decrypted, DecryptTask, RangeStart } from './workerProtocol.js';

/** The ranges of a file that are being decrypted, each a stream of its own. */
export class RangeDeciphers {
  readonly #open = new Map<number, { decipher: ContentDecipher; position: number }>();

  /** Decrypts the next chunks of a range into their place in the file. */
  decrypt(key: Buffer, task: DecryptTask, watch: Stopwatch): Decrypted {
    watch.start();
    const range = task.start
      ? { decipher: openDecipher(key, task.start), position: task.start.position }
      : this.#open.get(task.range);
    if (!range) throw new Error('The range was not started');
    this.#open.set(task.range, range);
    const before = range.position;
    const store = (plaintext: Buffer): void => {
      watch.lap('cipherS');
      writeFully(task.fd, plaintext, range.position);
      range.position += plaintext.length;
      watch.lap('storeS');
    };
    for (const chunk of task.chunks) {
      store(range.decipher.update(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
    }
    if (task.end) {
      store(range.decipher.final());
      this.#open.delete(task.range);
    }
    return { plaintextBytes: range.position - before };
  }
}

function openDecipher(key: Buffer, { iv, aad, mode, last }: RangeStart): ContentDecipher {
  return mode === 'cbc'
    ? createCbcRangeDecipher({ key, previousBlock: Buffer.from(iv), isLast: last })
    : createGcmDecipher({ key, iv: Buffer.from(iv), ...(aad && { aad: Buffer.from(aad) }) });
}

/** At once, while the plaintext is still in the processor's cache. */
function writeFully(fd: number, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length;) {
    written += fs.writeSync(fd, bytes, written, bytes.length - written, position + written);
  }
}
