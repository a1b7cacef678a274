import { EngineError, throwIfCancelled } from '../errors.js';
import type { EncryptionContext, Envelope, KeyService } from './envelope.js';
import { contentCipher, dataKeyBytes, header } from './format.js';
import { rawKeyError } from './keyWrap.js';
import { deriveSuite115Key } from './suite115.js';

const keyHeader = { v1: header.keyV1, v2: header.keyV2, v3: header.keyV3 } as const;
const refusedByKms = 'kms/wrong-context-or-blob';

/**
 * Has KMS unwrap an object's data key. The encryption context goes to KMS exactly as the envelope
 * holds it; for `kms+context`, {@link parseEnvelope} has checked it against the content cipher.
 * `keyId` pins the KMS key. The caller zeroes `dataKey`.
 * @throws EngineError `envelope/raw-key`, `envelope/data-key-size`, `kms/wrong-context-or-blob`;
 *   CancelledError; other failures of KMS as {@link KeyService.decrypt} gives them
 */
export async function unwrapDataKey(
  envelope: Envelope,
  keys: KeyService,
  o: { readonly keyId?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<{ dataKey: Buffer; keyArn: string }> {
  throwIfCancelled(o.signal);
  const { wrap } = envelope;
  if (wrap.kind === 'raw') throw rawKeyError(wrap.algorithm);
  const { plaintext, keyArn } = await decryptWithEither(
    envelope,
    possibleContexts(envelope, wrap.context),
    (context) => keys.decrypt(envelope.wrappedKey, context, o.keyId, o.signal),
  );
  try {
    checkDataKeySize(envelope, plaintext);
  } catch (error) {
    plaintext.fill(0);
    throw error;
  }
  return { dataKey: plaintext, keyArn };
}

/**
 * Nobody has published the headers RDS itself writes, so for CBC a V1 description or V2 context is also
 * tried the other way round. Never for authenticated content, nor for `kms+context`, whose context is a
 * security property.
 */
function possibleContexts(envelope: Envelope, stored: EncryptionContext): EncryptionContext[] {
  const isEmpty = (context: EncryptionContext) => Object.keys(context).length === 0;
  if (envelope.cipher !== contentCipher.cbc || envelope.wrap.kind === 'kms+context')
    return [stored];
  if (envelope.format === 'v1') {
    return isEmpty(envelope.materialDescription)
      ? [stored]
      : [stored, envelope.materialDescription];
  }
  return isEmpty(stored) ? [stored] : [stored, {}];
}

async function decryptWithEither<T>(
  envelope: Envelope,
  contexts: readonly EncryptionContext[],
  decrypt: (context: EncryptionContext) => Promise<T>,
): Promise<T> {
  let refusal: unknown;
  for (const context of contexts) {
    try {
      return await decrypt(context);
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== refusedByKms) throw error;
      refusal = error;
    }
  }
  const name = keyHeader[envelope.format];
  throw new EngineError(
    refusedByKms,
    `KMS cannot unwrap the data key in ${name}: the header or its encryption context was changed, ` +
      'or the key was not wrapped by KMS in this account and region. ' +
      'Check that the object is the one that was uploaded and that the region is that of its key.',
    { cause: refusal, details: { header: name } },
  );
}

/**
 * Key and IV that decrypt the body, ready for the content cipher. For V1 and V2 `key` is `dataKey`
 * itself; for V3 it is derived, after the key commitment has been checked. The caller zeroes both.
 * @throws EngineError `envelope/data-key-size`, `envelope/commitment-mismatch`
 */
export function contentKey(
  envelope: Envelope,
  dataKey: Buffer,
): { key: Buffer; iv: Buffer; aad?: Buffer } {
  checkDataKeySize(envelope, dataKey);
  return envelope.format === 'v3'
    ? deriveSuite115Key(dataKey, envelope.messageId, envelope.commitment)
    : { key: dataKey, iv: envelope.iv };
}

/** CBC objects with shorter AES keys exist (PHP and Python clients); GCM and 115 have one size. */
function checkDataKeySize(envelope: Envelope, dataKey: Buffer): void {
  const allowed = envelope.cipher === contentCipher.cbc ? [16, 24, dataKeyBytes] : [dataKeyBytes];
  if (allowed.includes(dataKey.length)) return;
  const name = keyHeader[envelope.format];
  throw new EngineError(
    'envelope/data-key-size',
    `The data key in ${name} unwraps to ${dataKey.length} bytes, which is no key of the cipher ` +
      `${envelope.cipher}. The header belongs to another object or was changed.`,
    { details: { header: name, bytes: dataKey.length } },
  );
}
