import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { type ChecksumAlgorithm, createChecksum } from './checksum.js';

/** Which digests to compute beside MD5, which every ETag needs. */
export interface WantedDigests {
  readonly sha256: boolean;
  readonly checksum: ChecksumAlgorithm | undefined;
}

export interface ContentDigests {
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  /** Hex; only when asked for. */
  readonly sha256: string | undefined;
  /** Base64; only when asked for. */
  readonly checksum: string | undefined;
}

/** A new file of content and its digests. Synchronous: for a thread of its own, or for a few bytes. */
export class ContentFile {
  readonly #fd: number;
  readonly #md5 = createHash('md5');
  readonly #sha256;
  readonly #checksum;
  #size = 0;

  constructor(path: string, wanted: WantedDigests) {
    this.#sha256 = wanted.sha256 ? createHash('sha256') : undefined;
    this.#checksum = wanted.checksum === undefined ? undefined : createChecksum(wanted.checksum);
    this.#fd = openSync(path, 'wx', 0o600);
  }

  write(bytes: Buffer): void {
    this.#md5.update(bytes);
    this.#sha256?.update(bytes);
    this.#checksum?.update(bytes);
    this.#size += bytes.length;
    // A short write means a nearly full disk; the next try says so.
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done);
  }

  digests(): ContentDigests {
    return {
      size: this.#size,
      md5: this.#md5.digest('hex'),
      sha256: this.#sha256?.digest('hex'),
      checksum: this.#checksum?.digest(),
    };
  }

  close(): void {
    closeSync(this.#fd);
  }
}
