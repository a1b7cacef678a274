import type { KMSClient } from '@aws-sdk/client-kms';
import type { EncryptionContext, KeyService, WrappedDataKey } from '../envelope/envelope.js';
import { kmsFailure } from './kmsErrors.js';
import { regionOfKey } from './kmsKeyArn.js';
import type { AwsSession } from './session.js';

/**
 * AWS KMS as the envelope needs it. A key named by ARN is asked for in its own region, any other in
 * `region`.
 */
export function kmsKeyService(session: AwsSession, region = session.region): KeyService {
  const kmsOf = (keyId: string | undefined) =>
    session.kms((keyId === undefined ? undefined : regionOfKey(keyId)) ?? region);
  return {
    generateDataKey: async (keyId, context, signal): Promise<WrappedDataKey> => {
      const { GenerateDataKeyCommand } = await import('@aws-sdk/client-kms');
      const command = new GenerateDataKeyCommand({
        KeyId: keyId,
        KeySpec: 'AES_256',
        ...sent(context),
      });
      return ask(kmsOf(keyId), keyId, 'Generating a data key', async (kms) => {
        const answer = await kms.send(command, signal && { abortSignal: signal });
        return {
          plaintext: takeOver(answer.Plaintext),
          wrapped: Buffer.from(present(answer.CiphertextBlob)),
          keyArn: answer.KeyId ?? keyId,
        };
      });
    },
    decrypt: async (wrapped, context, keyId, signal) => {
      const { DecryptCommand } = await import('@aws-sdk/client-kms');
      const command = new DecryptCommand({
        CiphertextBlob: wrapped,
        ...(keyId !== undefined && { KeyId: keyId }),
        ...sent(context),
      });
      return ask(kmsOf(keyId), keyId, 'Opening the wrapped data key', async (kms) => {
        const answer = await kms.send(command, signal && { abortSignal: signal });
        return { plaintext: takeOver(answer.Plaintext), keyArn: answer.KeyId ?? keyId ?? '' };
      });
    },
  };
}

async function ask<T>(
  client: Promise<KMSClient>,
  keyId: string | undefined,
  doing: string,
  call: (kms: KMSClient) => Promise<T>,
): Promise<T> {
  try {
    return await call(await client);
  } catch (error) {
    throw kmsFailure(error, doing, keyId);
  }
}

/** An empty context must not be sent: RDS's own keys are wrapped without one. */
const sent = (context: EncryptionContext) =>
  Object.keys(context).length > 0 && { EncryptionContext: { ...context } };

/** The one copy of the key that goes on; the SDK's is wiped. */
function takeOver(bytes: Uint8Array | undefined): Buffer {
  const key = Buffer.from(present(bytes));
  bytes?.fill(0);
  return key;
}

function present(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes) return bytes;
  throw new Error('KMS sent no key material');
}
