import type { contentCipher } from './format.js';

/** User metadata of an S3 object as the SDK gives it: names lower-case, without `x-amz-meta-`. */
export type Metadata = Readonly<Record<string, string>>;

export type ContentCipher = (typeof contentCipher)[keyof typeof contentCipher];

/** A string map; for KMS wraps it is the encryption context and goes to KMS exactly as found. */
export type EncryptionContext = Readonly<Record<string, string>>;

/**
 * How the data key is wrapped. `kms` without context is what V1 objects and RDS use. Wraps by a key
 * that KMS does not hold (`raw`) are recognised and named, never opened.
 */
export type KeyWrap =
  | { readonly kind: 'kms'; readonly context: EncryptionContext }
  | { readonly kind: 'kms+context'; readonly context: EncryptionContext }
  | { readonly kind: 'raw'; readonly algorithm: string };

interface EnvelopeBase {
  readonly wrap: KeyWrap;
  readonly wrappedKey: Buffer;
  /** `x-amz-unencrypted-content-length`: unauthenticated and often missing; a hint only. */
  readonly plaintextLengthHint: number | undefined;
  readonly source: 'metadata' | 'instruction-file';
}

/** The parsed envelope of one client-side encrypted object (`s3-encryption-formats`, sections 4-6). */
export type Envelope =
  | (EnvelopeBase & {
      readonly format: 'v1';
      readonly cipher: typeof contentCipher.cbc;
      readonly iv: Buffer;
      /** `x-amz-matdesc`; V1 has no encryption context, so this is a description only. */
      readonly materialDescription: EncryptionContext;
    })
  | (EnvelopeBase & {
      readonly format: 'v2';
      readonly cipher: typeof contentCipher.cbc | typeof contentCipher.gcm;
      readonly iv: Buffer;
    })
  | (EnvelopeBase & {
      readonly format: 'v3';
      readonly cipher: typeof contentCipher.suite115;
      readonly commitment: Buffer;
      readonly messageId: Buffer;
    });

export interface WrappedDataKey {
  /** Plaintext data key, 32 bytes. The receiver zeroes it after use. */
  readonly plaintext: Buffer;
  /** The KMS ciphertext blob that goes into the object's metadata. */
  readonly wrapped: Buffer;
  /** ARN of the KMS key that wrapped it. */
  readonly keyArn: string;
}

/** What the envelope needs of AWS KMS; implemented by `core/aws/kmsKeyService.ts`. */
export interface KeyService {
  /** KMS GenerateDataKey, AES_256. An empty context means that none is sent. */
  generateDataKey(
    keyId: string,
    context: EncryptionContext,
    signal?: AbortSignal,
  ): Promise<WrappedDataKey>;
  /**
   * KMS Decrypt. `keyId` pins the key; without it any key the caller may use will do.
   * @throws EngineError `kms/wrong-context-or-blob` for InvalidCiphertextException,
   *   `kms/wrong-key` for IncorrectKeyException; other SDK errors pass through
   */
  decrypt(
    wrapped: Buffer,
    context: EncryptionContext,
    keyId?: string,
    signal?: AbortSignal,
  ): Promise<{ readonly plaintext: Buffer; readonly keyArn: string }>;
}
