import { randomBytes } from 'node:crypto';
import { EngineError, throwIfCancelled } from '../errors.js';
import type { EncryptionContext, KeyService } from './envelope.js';
import {
  blockBytes,
  contentCipher,
  dataKeyBytes,
  header,
  kmsKeyIdEntry,
  wrapAlgorithm,
} from './format.js';

export interface CreateEnvelopeOptions {
  /**
   * `v1`: wrapped without encryption context, the one form that RDS is known to restore.
   * `v2`: wrap `kms`, what AWS's documentation calls the Encryption-Only mode.
   */
  readonly format: 'v1' | 'v2';
  /** Key id, key ARN or alias. */
  readonly keyId: string;
  readonly keys: KeyService;
  /** Bytes of the file to encrypt. */
  readonly plaintextLength: number;
  readonly signal?: AbortSignal | undefined;
}

export interface NewEnvelope {
  /** AES-256-CBC key of the body. The caller zeroes it. */
  readonly dataKey: Buffer;
  readonly iv: Buffer;
  /** ARN of the KMS key that wrapped the data key. */
  readonly keyArn: string;
  /** User metadata for the object, names without `x-amz-meta-`, values ASCII. */
  readonly metadata: Record<string, string>;
}

/**
 * Makes the envelope of a new AES-256-CBC object: one KMS call for a data key, a random IV, and the
 * headers that carry both.
 * @throws EngineError `envelope/data-key-size`; CancelledError; failures of KMS as
 *   {@link KeyService.generateDataKey} gives them
 */
export async function createEnvelope(o: CreateEnvelopeOptions): Promise<NewEnvelope> {
  throwIfCancelled(o.signal);
  // Any context on a V1 key would make the object unreadable: the format has no place to record it.
  const context: EncryptionContext = o.format === 'v1' ? {} : { [kmsKeyIdEntry]: o.keyId };
  const { plaintext, wrapped, keyArn } = await o.keys.generateDataKey(o.keyId, context, o.signal);
  if (plaintext.length !== dataKeyBytes) {
    plaintext.fill(0);
    throw new EngineError(
      'envelope/data-key-size',
      `KMS returned a data key of ${plaintext.length} bytes where ${dataKeyBytes} were asked for.`,
    );
  }
  const iv = randomBytes(blockBytes);
  const common = {
    [header.iv]: iv.toString('base64'),
    [header.materialDescription]: asciiJson(context),
    [header.plaintextLength]: String(o.plaintextLength),
  };
  const wrappedText = wrapped.toString('base64');
  const metadata =
    o.format === 'v1'
      ? { [header.keyV1]: wrappedText, ...common }
      : {
          [header.keyV2]: wrappedText,
          [header.wrapAlgorithm]: wrapAlgorithm.kms,
          [header.cipher]: contentCipher.cbc,
          ...common,
        };
  return { dataKey: plaintext, iv, keyArn, metadata };
}

/** JSON with every non-ASCII character escaped: S3 encodes such header values twice. */
function asciiJson(value: EncryptionContext): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
