/**
 * Names and fixed values of Amazon S3 client-side encryption ("Content Metadata" of the
 * `s3-encryption` part of AWS's encryption specification). Names are without the `x-amz-meta-`
 * prefix that S3 puts on user metadata.
 */
export const header = {
  /** V1: base64 of the wrapped data key. */
  keyV1: 'x-amz-key',
  /** V2: base64 of the wrapped data key. */
  keyV2: 'x-amz-key-v2',
  iv: 'x-amz-iv',
  materialDescription: 'x-amz-matdesc',
  wrapAlgorithm: 'x-amz-wrap-alg',
  cipher: 'x-amz-cek-alg',
  tagLength: 'x-amz-tag-len',
  plaintextLength: 'x-amz-unencrypted-content-length',
  /** V3: content cipher suite, `115`. */
  suiteV3: 'x-amz-c',
  /** V3: base64 of the wrapped data key. */
  keyV3: 'x-amz-3',
  wrapV3: 'x-amz-w',
  /** V3: base64 of the 28-byte key commitment. */
  commitmentV3: 'x-amz-d',
  /** V3: base64 of the 28-byte message id. */
  messageIdV3: 'x-amz-i',
  materialDescriptionV3: 'x-amz-m',
  encryptionContextV3: 'x-amz-t',
  instructionFileMarker: 'x-amz-crypto-instr-file',
} as const;

export const contentCipher = {
  cbc: 'AES/CBC/PKCS5Padding',
  gcm: 'AES/GCM/NoPadding',
  /** AES-256-GCM with an HKDF-derived key and key commitment. */
  suite115: '115',
} as const;

export const wrapAlgorithm = { kms: 'kms', kmsContext: 'kms+context' } as const;

/** The entry that carries the key id in the encryption context of a V2 `kms` object. */
export const kmsKeyIdEntry = 'kms_cmk_id';

/** Bytes of one AES block, of the CBC initialisation vector and of its padding unit. */
export const blockBytes = 16;
/** Bytes of the authentication tag at the end of a GCM or suite-115 body. */
export const tagBytes = 16;
export const dataKeyBytes = 32;
export const metadataPrefix = 'x-amz-meta-';
