import { createDecipheriv } from 'node:crypto';
import type { ByteSource } from '../../core/byteSource.js';
import { blockBytes } from '../../core/envelope/format.js';
import type { RoleAccess, StoredObject } from '../contract.js';
import type { ContentKey } from './objectEnvelope.js';
import { TaskFailure } from './taskFailure.js';

const readBytes = 256 * 1024;
const cipherName = 'aes-256-cbc';

/** The agent's view of one object: its bytes, decrypted where it has a content key. */
export class ObjectReader {
  constructor(
    readonly object: StoredObject,
    private readonly access: RoleAccess,
    private readonly contentKey: ContentKey | undefined,
  ) {}

  /** Random access, for reading the backup's header. */
  async source(): Promise<ByteSource> {
    const { contentKey, object } = this;
    if (!contentKey) {
      return { size: object.size, read: (offset, length) => this.#read(offset, length) };
    }
    const size = object.size - (await this.#paddingLength(contentKey));
    return {
      size,
      read: async (offset, length) => {
        const end = Math.min(offset + length, size);
        if (end <= offset) return Buffer.alloc(0);
        const from = offset - (offset % blockBytes);
        const to = Math.ceil(end / blockBytes) * blockBytes;
        const plain = await this.#decryptRange(contentKey, from, to);
        return plain.subarray(offset - from, end - from);
      },
    };
  }

  /**
   * The whole object once, front to back, in plain text, as a restore reads it; decryption fails at
   * its end when the padding is wrong. `position` counts the bytes read as they are stored.
   * @throws TaskFailure
   */
  async *content(
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly plain: Buffer; readonly position: number }> {
    const { contentKey, object } = this;
    const decipher = contentKey && createDecipheriv(cipherName, contentKey.dataKey, contentKey.iv);
    for (let at = 0; at < object.size;) {
      signal.throwIfAborted();
      const chunk = await this.#read(at, readBytes);
      if (chunk.length === 0) throw readFailed('The object ended before its length.');
      at += chunk.length;
      yield { plain: decipher ? decipher.update(chunk) : chunk, position: at };
    }
    if (!decipher) return;
    let rest: Buffer;
    try {
      rest = decipher.final();
    } catch {
      throw readFailed('Padding is invalid and cannot be removed.');
    }
    yield { plain: rest, position: object.size };
  }

  zeroKey(): void {
    this.contentKey?.dataKey.fill(0);
  }

  #read(offset: number, length: number): Promise<Buffer> {
    const size = Math.min(length, this.object.size - offset);
    return size <= 0
      ? Promise.resolve(Buffer.alloc(0))
      : this.access.readObject(this.object, offset, size);
  }

  /** CBC needs only the block before the range. */
  async #decryptRange({ dataKey, iv }: ContentKey, from: number, to: number): Promise<Buffer> {
    const withPrevious = from === 0 ? 0 : from - blockBytes;
    const bytes = await this.#read(withPrevious, to - withPrevious);
    const previous = from === 0 ? iv : bytes.subarray(0, blockBytes);
    const decipher = createDecipheriv(cipherName, dataKey, previous).setAutoPadding(false);
    const cipherText = from === 0 ? bytes : bytes.subarray(blockBytes);
    return Buffer.concat([decipher.update(cipherText), decipher.final()]);
  }

  async #paddingLength(contentKey: ContentKey): Promise<number> {
    const { size } = this.object;
    if (size === 0 || size % blockBytes !== 0) {
      throw readFailed('The input data is not a complete block.');
    }
    const last = await this.#decryptRange(contentKey, size - blockBytes, size);
    const length = last[blockBytes - 1] ?? 0;
    const valid =
      length >= 1 &&
      length <= blockBytes &&
      last.subarray(blockBytes - length).every((byte) => byte === length);
    // A wrong end shows only when the restore has read up to it.
    return valid ? length : 0;
  }
}

/** SQL Server's reader was cut off; the agent's own reason follows. */
function readFailed(reason: string): TaskFailure {
  return new TaskFailure('engine', ['RESTORE DATABASE is terminating abnormally.'], reason);
}
