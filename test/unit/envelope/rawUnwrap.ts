import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  constants,
  privateDecrypt,
  type KeyObject,
} from 'node:crypto';
import type { Envelope } from '../../../src/core/envelope/envelope.js';
import { rsaPrivateKey, type VectorObject } from './vectors.js';

/**
 * Unwraps data keys that KMS does not hold, which the product refuses to do: with them the content
 * ciphers can be checked against the objects of raw-key clients too.
 */
export function unwrapRaw(object: VectorObject, envelope: Envelope): Buffer {
  if (envelope.wrap.kind !== 'raw') throw new Error(`${object.id} is not wrapped by a raw key`);
  const master = Buffer.from(object.aes_master_key_b64 ?? '', 'base64');
  const wrapped = envelope.wrappedKey;
  // The wrap is bound to the content cipher by its name, in AAD or in the RSA plaintext.
  const cipherName = Buffer.from(envelope.cipher, 'ascii');
  switch (envelope.wrap.algorithm) {
    case 'AES/ECB': {
      const ecb = createDecipheriv(`aes-${master.length * 8}-ecb`, master, null);
      return Buffer.concat([ecb.update(wrapped), ecb.final()]);
    }
    case 'AESWrap': {
      const unwrap = createDecipheriv('aes256-wrap', master, Buffer.alloc(8, 0xa6));
      return Buffer.concat([unwrap.update(wrapped), unwrap.final()]);
    }
    case 'AES/GCM': {
      const gcm = createDecipheriv('aes-256-gcm', master, wrapped.subarray(0, 12), {
        authTagLength: 16,
      });
      gcm.setAAD(cipherName);
      gcm.setAuthTag(wrapped.subarray(-16));
      return Buffer.concat([gcm.update(wrapped.subarray(12, -16)), gcm.final()]);
    }
    case 'RSA PKCS#1 v1.5':
      return unpadPkcs1(rawRsa(wrapped));
    case 'RSA-OAEP-SHA1': {
      const pseudoKey = privateDecrypt(
        { key: privateKey(), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
        wrapped,
      );
      const length = pseudoKey[0]!;
      if (!pseudoKey.subarray(1 + length).equals(cipherName)) throw new Error('other cipher');
      return pseudoKey.subarray(1, 1 + length);
    }
    case 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding':
      return unpadOaepSha256Mgf1Sha1(rawRsa(wrapped));
    default:
      throw new Error(`no unwrap for ${envelope.wrap.algorithm}`);
  }
}

let parsedKey: KeyObject | undefined;
function privateKey(): KeyObject {
  return (parsedKey ??= createPrivateKey({ key: rsaPrivateKey, format: 'der', type: 'pkcs8' }));
}

/** Node refuses PKCS#1 v1.5 decryption and cannot mix OAEP hashes, hence by hand. */
function rawRsa(wrapped: Buffer): Buffer {
  return privateDecrypt({ key: privateKey(), padding: constants.RSA_NO_PADDING }, wrapped);
}

function unpadPkcs1(block: Buffer): Buffer {
  if (block[0] !== 0 || block[1] !== 2) throw new Error('not PKCS#1 v1.5');
  return block.subarray(block.indexOf(0, 2) + 1);
}

/** OAEP as Java's default provider does it: SHA-256 for the label, SHA-1 in MGF1. */
function unpadOaepSha256Mgf1Sha1(block: Buffer): Buffer {
  const hashBytes = 32;
  const maskedSeed = block.subarray(1, 1 + hashBytes);
  const maskedData = block.subarray(1 + hashBytes);
  const seed = xor(maskedSeed, mgf1Sha1(maskedData, hashBytes));
  const data = xor(maskedData, mgf1Sha1(seed, maskedData.length));
  const emptyLabel = createHash('sha256').digest();
  if (!data.subarray(0, hashBytes).equals(emptyLabel)) throw new Error('not OAEP');
  return data.subarray(data.indexOf(1, hashBytes) + 1);
}

function mgf1Sha1(seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; blocks.length * 20 < length; i++) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(i);
    blocks.push(createHash('sha1').update(seed).update(counter).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const xor = (a: Buffer, b: Buffer) => Buffer.from(a.map((byte, i) => byte ^ b[i]!));
