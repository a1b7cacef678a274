import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type {
  EncryptionContext,
  Envelope,
  KeyService,
  Metadata,
} from '../../../src/core/envelope/envelope.js';
import { parseEnvelope } from '../../../src/core/envelope/parse.js';
import { fixture } from '../../support/paths.js';

/** One stored object of `test/fixtures/vectors`; the README files there explain the fields. */
export interface VectorObject {
  readonly id: string;
  readonly metadata: Metadata;
  readonly instruction_json?: string;
  readonly instruction_suffix?: string;
  readonly instruction_metadata?: Metadata;
  readonly kms_decrypt_returns_b64?: string;
  readonly kms_encryption_context?: EncryptionContext;
  readonly aes_master_key_b64?: string;
  readonly rsa_private_key?: string;
  readonly body_hex?: string;
  readonly plaintext_hex?: string;
  readonly plaintext_length?: number;
  readonly body_length?: number;
  readonly body_sha256?: string;
  readonly plaintext_sha256?: string;
  readonly expect_error?: 'commitment-mismatch' | 'bad-base64';
}

export function readVectors(...parts: string[]): unknown {
  return JSON.parse(readFileSync(fixture('vectors', ...parts), 'utf8'));
}

export const published = readVectors('published', 'objects.json') as readonly VectorObject[];

const generatedFile = readVectors('generated', 'objects.json') as {
  readonly objects: readonly VectorObject[];
  readonly rsa_private_pkcs8_b64: string;
  readonly kms_key_arn: string;
};
export const generated = generatedFile.objects;
export const rsaPrivateKey = Buffer.from(generatedFile.rsa_private_pkcs8_b64, 'base64');
export const generatedKeyArn = generatedFile.kms_key_arn;

/** The envelope of a vector, by the product's own way: metadata first, then the file if it has one. */
export function envelopeOf(object: VectorObject): Envelope {
  const alone = parseEnvelope(object.metadata);
  const reading =
    alone.kind === 'envelope' || object.instruction_json === undefined
      ? alone
      : parseEnvelope(object.metadata, { json: object.instruction_json });
  assert.equal(reading.kind, 'envelope', object.id);
  return reading.envelope;
}

export interface DecryptCall {
  readonly wrapped: Buffer;
  readonly context: EncryptionContext;
  readonly keyId: string | undefined;
}

/** A KMS that answers Decrypt for one object as was recorded, and notes what it was asked. */
export function recordedKms(
  object: VectorObject,
): KeyService & { readonly calls: DecryptCall[]; readonly given: Buffer[] } {
  const calls: DecryptCall[] = [];
  const given: Buffer[] = [];
  return {
    calls,
    given,
    generateDataKey: () => Promise.reject(new Error('not part of reading')),
    decrypt: (wrapped, context, keyId) => {
      calls.push({ wrapped, context, keyId });
      assert.ok(object.kms_decrypt_returns_b64 !== undefined, `${object.id} asks KMS`);
      const plaintext = Buffer.from(object.kms_decrypt_returns_b64, 'base64');
      given.push(plaintext);
      return Promise.resolve({ plaintext, keyArn: generatedKeyArn });
    },
  };
}

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
