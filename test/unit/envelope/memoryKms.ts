import { randomBytes } from 'node:crypto';
import type { EncryptionContext, KeyService } from '../../../src/core/envelope/envelope.js';
import { EngineError } from '../../../src/core/errors.js';

/** A KMS in memory: blobs open only under the context they were made with, as with the real one. */
export function memoryKms() {
  const issued = new Map<string, { key: Buffer; context: string; keyId: string }>();
  const generated: { keyId: string; context: EncryptionContext }[] = [];
  const decrypted: EncryptionContext[] = [];
  const canonical = (context: EncryptionContext) =>
    JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)));
  const service: KeyService = {
    generateDataKey: (keyId, context) => {
      generated.push({ keyId, context });
      const plaintext = randomBytes(32);
      const wrapped = randomBytes(96);
      const key = Buffer.from(plaintext);
      issued.set(wrapped.toString('hex'), { key, context: canonical(context), keyId });
      return Promise.resolve({ plaintext, wrapped, keyArn: keyId });
    },
    decrypt: (wrapped, context) => {
      decrypted.push(context);
      const entry = issued.get(wrapped.toString('hex'));
      if (entry?.context !== canonical(context)) {
        const code = 'kms/wrong-context-or-blob';
        return Promise.reject(new EngineError(code, 'InvalidCiphertextException'));
      }
      return Promise.resolve({ plaintext: Buffer.from(entry.key), keyArn: entry.keyId });
    },
  };
  return { ...service, generated, decrypted };
}
