import {
  type ContentDecipher,
  createCbcRangeDecipher,
  createGcmDecipher,
} from '../../src/core/envelope/contentDecipher.js';
import type { Envelope } from '../../src/core/envelope/envelope.js';
import { contentCipher } from '../../src/core/envelope/format.js';
import { contentKey } from '../../src/core/envelope/unwrap.js';

/**
 * A decipher for the whole body of an object, tag included. Plaintext of a GCM or suite-115 object
 * counts only once `final` has returned: until then nothing has authenticated it.
 * @throws EngineError `envelope/data-key-size`, `envelope/commitment-mismatch`
 */
export function createContentDecipher(envelope: Envelope, dataKey: Buffer): ContentDecipher {
  const content = contentKey(envelope, dataKey);
  return envelope.cipher === contentCipher.cbc
    ? createCbcRangeDecipher({ key: content.key, previousBlock: content.iv, isLast: true })
    : createGcmDecipher(content);
}
