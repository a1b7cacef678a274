/**
 * Ciphertext blobs: shaped like KMS's own (a key hash, a salt, and a PKCS #7 EncryptedData with the
 * AES-256-GCM parameters), so that nothing can take one for a raw wrapped key by its length.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const magic = Buffer.from('0102020078', 'hex');
const innerHeader = Buffer.from('sandbox-kms', 'ascii');
const dataOid = Buffer.from('06092a864886f70d010706', 'hex');
const encryptedDataOid = Buffer.from('06092a864886f70d010701', 'hex');
const aesGcmOid = Buffer.from('060960864801650304012e', 'hex');

const saltLength = 16;
const ivLength = 12;
const tagLength = 16;

/** Names the key inside a blob without revealing its id. */
export const keyHash = (arn: string) => createHash('sha256').update(arn).digest();

/** The encryption context as the bytes that GCM authenticates: sorted, unambiguous. */
function associatedData(context: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Buffer.from(JSON.stringify(entries));
}

/** Each blob has a key of its own, derived from the material, so that no nonce can meet its like. */
function messageKey(material: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', material, salt, 'sandbox kms blob', 32));
}

export function seal(
  material: Buffer,
  arn: string,
  plaintext: Buffer,
  context: Readonly<Record<string, string>>,
): Buffer {
  const salt = randomBytes(saltLength);
  const iv = randomBytes(ivLength);
  const key = messageKey(material, salt);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength });
  cipher.setAAD(associatedData(context));
  const sealed = Buffer.concat([
    cipher.update(innerHeader),
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  key.fill(0);
  const envelope = encode(iv, sealed);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(envelope.length);
  return Buffer.concat([magic, keyHash(arn), Buffer.of(1), salt, length, envelope]);
}

export interface Blob {
  readonly keyHash: Buffer;
  readonly salt: Buffer;
  readonly iv: Buffer;
  readonly sealed: Buffer;
}

/** Takes a blob apart; undefined when it is none. */
export function parseBlob(blob: Buffer): Blob | undefined {
  const saltAt = magic.length + 32 + 1;
  const envelopeAt = saltAt + saltLength + 4;
  if (blob.length < envelopeAt + ivLength + tagLength) return undefined;
  const envelope = blob.subarray(envelopeAt);
  if (
    !blob.subarray(0, magic.length).equals(magic) ||
    blob[saltAt - 1] !== 1 ||
    blob.readUInt32BE(envelopeAt - 4) !== envelope.length
  ) {
    return undefined;
  }
  // The nonce follows the fixed algorithm identifiers; what encode() makes of both must be the blob.
  const ivAt = envelope.indexOf(Buffer.of(0x04, ivLength), envelope.indexOf(aesGcmOid)) + 2;
  const iv = envelope.subarray(ivAt, ivAt + ivLength);
  const marker = envelope.indexOf(0x80, ivAt + ivLength);
  if (marker < 0) return undefined;
  const sealed = envelope.subarray(marker + 1 + derLengthBytes(envelope[marker + 1]));
  if (sealed.length < tagLength || !encode(iv, sealed).equals(envelope)) return undefined;
  return {
    keyHash: blob.subarray(magic.length, magic.length + 32),
    salt: blob.subarray(saltAt, saltAt + saltLength),
    iv,
    sealed,
  };
}

/** The plaintext; undefined when key, context or a single bit is not the one it was sealed with. */
export function unseal(
  material: Buffer,
  blob: Blob,
  context: Readonly<Record<string, string>>,
): Buffer | undefined {
  const key = messageKey(material, blob.salt);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, blob.iv, { authTagLength: tagLength });
    decipher.setAAD(associatedData(context));
    decipher.setAuthTag(blob.sealed.subarray(-tagLength));
    const inner = decipher.update(blob.sealed.subarray(0, -tagLength));
    decipher.final();
    return inner.subarray(innerHeader.length);
  } catch {
    return undefined;
  } finally {
    key.fill(0);
  }
}

function encode(iv: Buffer, sealed: Buffer): Buffer {
  const parameters = der(0x30, der(0x04, iv), Buffer.from('020110', 'hex'));
  const content = der(0x30, encryptedDataOid, der(0x30, aesGcmOid, parameters), der(0x80, sealed));
  return der(0x30, dataOid, der(0xa0, der(0x30, Buffer.from('020100', 'hex'), content)));
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const length =
    body.length < 0x80
      ? Buffer.of(body.length)
      : body.length < 0x100
        ? Buffer.of(0x81, body.length)
        : Buffer.of(0x82, body.length >> 8, body.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, body]);
}

const derLengthBytes = (first: number | undefined) =>
  first === undefined || first < 0x80 ? 1 : 1 + (first & 0x7f);
