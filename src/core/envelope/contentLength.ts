import type { ContentCipher } from './envelope.js';
import { blockBytes, contentCipher, tagBytes } from './format.js';
import { decryptFailure } from './contentDecipher.js';

/** 2^36 - 32 bytes: where the 32-bit block counter of GCM ends (NIST SP 800-38D, 5.2.1.1). */
const maxGcmPlaintext = 2 ** 36 - 32;

/** Bytes of the object that holds `plaintextLength` bytes under a content cipher. */
export function ciphertextLength(cipher: ContentCipher, plaintextLength: number): number {
  return cipher === contentCipher.cbc
    ? plaintextLength + blockBytes - (plaintextLength % blockBytes)
    : plaintextLength + tagBytes;
}

/**
 * What an object's size says about its plaintext, both ends included. Exact for GCM and suite 115;
 * for CBC only the last block tells, so the answer spans 16 values.
 * @throws EngineError `envelope/decrypt-failed` for a size that no object of the cipher has
 */
export function plaintextBounds(
  cipher: ContentCipher,
  bodyLength: number,
): { readonly min: number; readonly max: number } {
  if (cipher !== contentCipher.cbc) {
    const exact = bodyLength - tagBytes;
    if (exact < 0 || exact > maxGcmPlaintext) throw decryptFailure(cipher);
    return { min: exact, max: exact };
  }
  if (bodyLength === 0 || bodyLength % blockBytes !== 0) throw decryptFailure(cipher);
  return { min: bodyLength - blockBytes, max: bodyLength - 1 };
}
