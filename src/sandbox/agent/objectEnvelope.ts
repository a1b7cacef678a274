import {
  blockBytes,
  contentCipher,
  dataKeyBytes,
  header,
  wrapAlgorithm,
} from '../../core/envelope/format.js';
import type { RoleAccess, StoredObject } from '../contract.js';
import { kmsFailure, serviceFailure } from './taskFailure.js';

/** What decrypts one object. The owner zeroes `dataKey` after use. */
export interface ContentKey {
  readonly dataKey: Buffer;
  readonly iv: Buffer;
}

interface Wrapped {
  readonly blob: Buffer;
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Unwraps the data key of a client-side encrypted object as RDS's agent does: V1, or V2 with the wrap
 * `kms` and CBC ("Encryption-Only"); nothing else. @throws TaskFailure
 */
export function unwrapObject(object: StoredObject, access: RoleAccess, keyArn: string): ContentKey {
  const { metadata } = object;
  const wrapped = readV2(metadata) ?? readV1(metadata);
  const iv = base64(metadata[header.iv]);
  if (iv?.length !== blockBytes) throw incomplete(header.iv);
  let dataKey: Buffer;
  try {
    dataKey = access.decryptDataKey(wrapped.blob, wrapped.context, keyArn);
  } catch (error) {
    throw kmsFailure(error, keyArn);
  }
  if (dataKey.length !== dataKeyBytes) {
    dataKey.fill(0);
    throw incomplete(header.keyV1);
  }
  return { dataKey, iv };
}

const incomplete = (name: string) =>
  serviceFailure(`Object metadata (${name}) incomplete, cannot decrypt the given S3 object.`);

function readV1(metadata: StoredObject['metadata']): Wrapped {
  const blob = base64(metadata[header.keyV1]);
  if (!blob) throw incomplete(header.keyV1);
  return { blob, context: {} };
}

function readV2(metadata: StoredObject['metadata']): Wrapped | undefined {
  if (metadata[header.keyV2] === undefined) return undefined;
  const blob = base64(metadata[header.keyV2]);
  if (!blob) throw incomplete(header.keyV2);
  if (metadata[header.wrapAlgorithm] !== wrapAlgorithm.kms) throw incomplete(header.wrapAlgorithm);
  if (metadata[header.cipher] !== contentCipher.cbc) throw incomplete(header.cipher);
  const context = stringMap(metadata[header.materialDescription]);
  if (!context) throw incomplete(header.materialDescription);
  return { blob, context };
}

function base64(text: string | undefined): Buffer | undefined {
  if (text === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(text.trim())) return undefined;
  return Buffer.from(text, 'base64');
}

function stringMap(text: string | undefined): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value);
    return entries.every(([, entry]) => typeof entry === 'string')
      ? Object.fromEntries(entries)
      : undefined;
  } catch {
    return undefined;
  }
}
