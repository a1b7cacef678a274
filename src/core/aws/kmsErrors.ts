import { EngineError } from '../errors.js';
import { awsFailure } from './awsErrors.js';

type Sentence = (key: string, text: string) => string;

/** KMS exception -> code and sentence. `key` is the key as it was named. */
const sentences: Readonly<Record<string, readonly [code: string, sentence: Sentence]>> = {
  InvalidCiphertextException: [
    'kms/wrong-context-or-blob',
    () =>
      'KMS cannot open the wrapped data key: it is damaged, or its encryption context is another one.',
  ],
  IncorrectKeyException: [
    'kms/wrong-key',
    (key) => `${key} is not the key that wrapped this data key.`,
  ],
  NotFoundException: [
    'kms/key-not-found',
    (key, text) =>
      `KMS knows no key ${key} in this account and region (${text}). Check the key's ARN and region.`,
  ],
  AccessDeniedException: [
    'kms/access-denied',
    (key, text) =>
      `KMS does not let you use ${key}: ${text}. Ask for kms:GenerateDataKey and kms:Decrypt on it.`,
  ],
  DisabledException: ['kms/key-disabled', (key) => `The KMS key ${key} is disabled. Enable it.`],
  KMSInvalidStateException: [
    'kms/key-state',
    (key, text) => `The KMS key ${key} cannot be used in its present state: ${text}`,
  ],
  InvalidKeyUsageException: [
    'kms/key-not-symmetric',
    (key) =>
      `The KMS key ${key} is not a symmetric encryption key, the only kind that RDS can use.`,
  ],
  KeyUnavailableException: [
    'kms/key-unavailable',
    (key) => `The KMS key ${key} is not available at the moment. Try again.`,
  ],
};

/** A failed KMS call as a sentence; the SDK's error is its cause. */
export function kmsFailure(cause: unknown, doing: string, key: string | undefined): EngineError {
  const name = cause instanceof Error ? cause.name : '';
  const text = cause instanceof Error ? cause.message.replace(/\.$/, '') : '';
  const known = Object.hasOwn(sentences, name) ? sentences[name] : undefined;
  if (!known) return awsFailure(doing, cause);
  const [code, sentence] = known;
  return new EngineError(code, sentence(key ?? 'the key', text), { cause });
}
