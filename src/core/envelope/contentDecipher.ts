import { createDecipheriv, type CipherGCMTypes } from 'node:crypto';
import { EngineError } from '../errors.js';
import type { Envelope } from './envelope.js';
import { blockBytes, contentCipher, tagBytes } from './format.js';

/** Decrypts a run of ciphertext, fed in order. Chunks of 64–256 KiB are the fastest. */
export interface ContentDecipher {
  /** Plaintext that can be given out so far. The chunk may be reused afterwards. */
  update(chunk: Buffer): Buffer;
  /**
   * The rest of the plaintext.
   * @throws EngineError `envelope/decrypt-failed`
   */
  final(): Buffer;
}

/**
 * A decipher for any run of whole CBC blocks: a block needs only the ciphertext block before it.
 * @param o.key 16, 24 or 32 bytes
 * @param o.previousBlock the 16 ciphertext bytes before the run; the IV at the start of the object
 * @param o.isLast the run ends the object, so its last block carries the padding
 */
export function createCbcRangeDecipher(o: {
  readonly key: Buffer;
  readonly previousBlock: Buffer;
  readonly isLast: boolean;
}): ContentDecipher {
  const decipher = createDecipheriv(`aes-${o.key.length * 8}-cbc`, o.key, o.previousBlock);
  decipher.setAutoPadding(o.isLast);
  return {
    update: (chunk) => decipher.update(chunk),
    final: () => orDecryptFailure(contentCipher.cbc, () => decipher.final()),
  };
}

/**
 * A decipher for a whole GCM body: ciphertext, then the 16-byte tag, which it holds back.
 * @param content `aad` is set for suite 115 only
 */
export function createGcmDecipher(content: {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly aad?: Buffer;
}): ContentDecipher {
  const algorithm = `aes-${content.key.length * 8}-gcm` as CipherGCMTypes;
  const decipher = createDecipheriv(algorithm, content.key, content.iv, {
    authTagLength: tagBytes,
  });
  if (content.aad !== undefined) decipher.setAAD(content.aad);
  let held = Buffer.alloc(0);
  return {
    update(chunk) {
      const released = Math.max(0, held.length + chunk.length - tagBytes);
      const fromHeld = Math.min(released, held.length);
      const fromChunk = released - fromHeld;
      const first = decipher.update(held.subarray(0, fromHeld));
      const second = decipher.update(chunk.subarray(0, fromChunk));
      held = Buffer.concat([held.subarray(fromHeld), chunk.subarray(fromChunk)]);
      return first.length === 0 ? second : Buffer.concat([first, second]);
    },
    final: () =>
      orDecryptFailure(contentCipher.gcm, () => {
        decipher.setAuthTag(held);
        return decipher.final();
      }),
  };
}

/**
 * A decipher for a range of a GCM or suite-115 body, which is AES-CTR underneath. What it returns is
 * NOT authenticated: good for a look at a header, not for a restore.
 * @param o.offset where the range starts in the plaintext, a multiple of 16; the tag is never fed
 */
export function createGcmRangeDecipher(o: {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly offset: number;
}): ContentDecipher {
  // GCM spends counter 1 on the tag, so the first block of content has counter 2.
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(2 + o.offset / blockBytes);
  const counterBlock = Buffer.concat([o.iv, counter]);
  const decipher = createDecipheriv(`aes-${o.key.length * 8}-ctr`, o.key, counterBlock);
  return { update: (chunk) => decipher.update(chunk), final: () => decipher.final() };
}

/**
 * The one failure of a content cipher. For CBC it must not tell wrong padding from a wrong length or
 * a wrong key (whoever can tell them apart can decrypt: CVE-2020-8911), so it never has a cause.
 */
export function decryptFailure(cipher: Envelope['cipher']): EngineError {
  return cipher === contentCipher.cbc
    ? new EngineError(
        'envelope/decrypt-failed',
        'The object cannot be decrypted: its bytes or its envelope are not those that were ' +
          'uploaded. Upload it again, or take it from its source again.',
      )
    : new EngineError(
        'envelope/decrypt-failed',
        'The object fails its authentication: its bytes or its envelope are not those that were ' +
          'uploaded. Nothing of it may be used; take the object from its source again.',
      );
}

function orDecryptFailure(cipher: Envelope['cipher'], finish: () => Buffer): Buffer {
  try {
    return finish();
  } catch {
    throw decryptFailure(cipher);
  }
}
