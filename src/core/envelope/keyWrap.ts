import { EngineError } from '../errors.js';
import type { KeyWrap } from './envelope.js';

/** `x-amz-wrap-alg` values of keys that KMS does not hold. */
export const rawWrapAlgorithms: ReadonlySet<string> = new Set([
  'AES/GCM',
  'AESWrap',
  'RSA-OAEP-SHA1',
  'RSA/ECB/OAEPWithSHA-256AndMGF1Padding',
]);

/** `x-amz-w` values: what V3 abbreviates. */
export const kmsContextCodeV3 = '12';
export const rawWrapCodesV3: ReadonlyMap<string, string> = new Map([
  ['02', 'AES/GCM'],
  ['22', 'RSA-OAEP-SHA1'],
]);

/** OID 1.2.840.113549.1.7.6 (PKCS#7 encryptedData) in DER: every blob of AWS KMS seen holds it. */
const kmsBlobMark = Buffer.from('06092a864886f70d010706', 'hex');
/** AES/ECB with PKCS#7 of a 16-, 24- or 32-byte data key. */
const aesEcbSizes: ReadonlySet<number> = new Set([32, 48]);
/** Modulus lengths of RSA keys of 1024, 2048, 3072 and 4096 bits. */
const rsaSizes: ReadonlySet<number> = new Set([128, 256, 384, 512]);

/**
 * How the data key of a V1 object is wrapped. V1 does not say, so this is a guess from the bytes:
 *
 * 1. the DER mark of an AWS KMS blob: KMS;
 * 2. 32 or 48 bytes: a raw AES key; 128, 256, 384 or 512 bytes: a raw RSA key;
 * 3. any other size: KMS. Blobs of KMS stand-ins and of newer KMS generations need not hold the
 *    mark, and no raw wrap has another size. KMS itself refuses what is not its own.
 */
export function classifyV1Wrap(wrappedKey: Buffer): KeyWrap {
  if (!wrappedKey.includes(kmsBlobMark)) {
    if (aesEcbSizes.has(wrappedKey.length)) return { kind: 'raw', algorithm: 'AES/ECB' };
    if (rsaSizes.has(wrappedKey.length)) return { kind: 'raw', algorithm: 'RSA PKCS#1 v1.5' };
  }
  return { kind: 'kms', context: {} };
}

/** Why an object whose data key is wrapped by a raw key stays closed. */
export function rawKeyReason(algorithm: string): string {
  return (
    `Its data key is wrapped with ${algorithm} by a raw key that AWS KMS does not hold. ` +
    'RDS takes only a KMS key for a restore, and this product opens only what KMS can unwrap; ' +
    'decrypt the object with the client and key that wrote it, then upload the backup again with a KMS key.'
  );
}

export function rawKeyError(algorithm: string): EngineError {
  return new EngineError(
    'envelope/raw-key',
    `This object cannot be opened. ${rawKeyReason(algorithm)}`,
    { details: { wrapAlgorithm: algorithm } },
  );
}
