import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type {
  EncryptionContext,
  KeyService,
  WrappedDataKey,
} from '../../../src/core/envelope/envelope.js';
import { EngineError } from '../../../src/core/errors.js';

/** Keys wrapped with AES-GCM, the context as additional data; remembers what it handed out. */
export class KeysDouble implements KeyService {
  readonly arn = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
  /** The buffers that were handed out, to see whether they are zeroed. */
  readonly handedOut: Buffer[] = [];
  /** Copies of the keys as they were. */
  readonly dataKeys: Buffer[] = [];
  refuse: Error | undefined;
  readonly #master = randomBytes(32);

  generateDataKey(_keyId: string, context: EncryptionContext): Promise<WrappedDataKey> {
    if (this.refuse) return Promise.reject(this.refuse);
    const plaintext = randomBytes(32);
    const wrapped = this.wrap(plaintext, context);
    this.#remember(plaintext);
    return Promise.resolve({ plaintext, wrapped, keyArn: this.arn });
  }

  wrap(dataKey: Buffer, context: EncryptionContext): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#master, iv).setAAD(contextBytes(context));
    return Buffer.concat([iv, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
  }

  decrypt(
    wrapped: Buffer,
    context: EncryptionContext,
  ): Promise<{ plaintext: Buffer; keyArn: string }> {
    if (this.refuse) return Promise.reject(this.refuse);
    const decipher = createDecipheriv('aes-256-gcm', this.#master, wrapped.subarray(0, 12))
      .setAAD(contextBytes(context))
      .setAuthTag(wrapped.subarray(-16));
    try {
      const plaintext = Buffer.concat([
        decipher.update(wrapped.subarray(12, -16)),
        decipher.final(),
      ]);
      this.#remember(plaintext);
      return Promise.resolve({ plaintext, keyArn: this.arn });
    } catch (cause) {
      return Promise.reject(
        new EngineError('kms/wrong-context-or-blob', 'KMS cannot decrypt this.', { cause }),
      );
    }
  }

  #remember(key: Buffer): void {
    this.handedOut.push(key);
    this.dataKeys.push(Buffer.from(key));
  }
}

const contextBytes = (context: EncryptionContext) =>
  Buffer.from(JSON.stringify(Object.entries(context).sort()));
