import type { Metadata } from '../../../src/core/envelope/envelope.js';

const base64 = (length: number, fill: number) => Buffer.alloc(length, fill).toString('base64');

/** Complete header sets, one of each KMS-wrapped form. Keys and IVs are recognisable fillers. */
export const v1: Metadata = {
  'x-amz-key': base64(96, 1),
  'x-amz-iv': base64(16, 2),
  'x-amz-matdesc': '{}',
  'x-amz-unencrypted-content-length': '100',
};
export const v2Cbc: Metadata = {
  'x-amz-key-v2': base64(96, 1),
  'x-amz-iv': base64(16, 2),
  'x-amz-wrap-alg': 'kms',
  'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
  'x-amz-matdesc': '{"kms_cmk_id":"alias/backups"}',
  'x-amz-unencrypted-content-length': '100',
};
export const v2Gcm: Metadata = {
  ...v2Cbc,
  'x-amz-iv': base64(12, 2),
  'x-amz-cek-alg': 'AES/GCM/NoPadding',
  'x-amz-tag-len': '128',
};
export const v2Context: Metadata = {
  ...v2Gcm,
  'x-amz-wrap-alg': 'kms+context',
  'x-amz-matdesc': '{"aws:x-amz-cek-alg":"AES/GCM/NoPadding","user":"night shift"}',
};
export const v3: Metadata = {
  'x-amz-3': base64(96, 1),
  'x-amz-c': '115',
  'x-amz-w': '12',
  'x-amz-d': base64(28, 3),
  'x-amz-i': base64(28, 4),
  'x-amz-t': '{"aws:x-amz-cek-alg":"115"}',
};
/** The body object of a V3 object with an instruction file, and the file's entries. */
export const v3Body: Metadata = without(v3, 'x-amz-3', 'x-amz-w', 'x-amz-t');
export const v3File: Metadata = {
  'x-amz-3': v3['x-amz-3']!,
  'x-amz-w': '12',
  'x-amz-t': v3['x-amz-t']!,
};

export function without(metadata: Metadata, ...names: string[]): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !names.includes(name)));
}

export const randomLookingBytes = (length: number, seed = 1): Buffer => {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
};
