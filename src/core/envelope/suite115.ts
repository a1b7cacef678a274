import { hkdfSync, timingSafeEqual } from 'node:crypto';
import { EngineError } from '../errors.js';
import { header } from './format.js';

export const messageIdBytes = 28;
export const commitmentBytes = 28;

const suiteId = Buffer.from([0x00, 0x73]);
const contentKeyBytes = 32;

/** What GCM needs for the body of a suite-115 object. `key` is new: the caller zeroes it. */
export interface Suite115Key {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly aad: Buffer;
}

/**
 * Derives the content key of a suite-115 object (HKDF-SHA512 with the message id as salt; AWS's S3
 * encryption specification, "Key Derivation") after checking the key commitment: a data key other
 * than the one that wrote the object never becomes a content key.
 * @param dataKey 32 bytes
 * @throws EngineError `envelope/commitment-mismatch`
 */
export function deriveSuite115Key(
  dataKey: Buffer,
  messageId: Buffer,
  commitment: Buffer,
): Suite115Key {
  const derived = derive(dataKey, messageId, 'COMMITKEY', commitmentBytes);
  if (derived.length !== commitment.length || !timingSafeEqual(derived, commitment)) {
    throw new EngineError(
      'envelope/commitment-mismatch',
      `The key commitment in ${header.commitmentV3} does not belong to the unwrapped data key: ` +
        'the wrapped key or the commitment has been replaced. Do not use this object.',
      { details: { header: header.commitmentV3 } },
    );
  }
  return {
    key: derive(dataKey, messageId, 'DERIVEKEY', contentKeyBytes),
    iv: Buffer.alloc(12, 0x01),
    aad: suiteId,
  };
}

function derive(dataKey: Buffer, messageId: Buffer, label: string, length: number): Buffer {
  const info = Buffer.concat([suiteId, Buffer.from(label, 'ascii')]);
  return Buffer.from(hkdfSync('sha512', dataKey, messageId, info, length));
}
