import type { Bucket } from '../aws/openBucket.js';
import { readability } from '../envelope/readability.js';
import { isCancelled } from '../errors.js';
import { type DecryptedSource, openObject } from '../transfer/decryptedSource.js';
import type { ObjectEnvelope } from '../transfer/objectEnvelope.js';
import type { EnvelopeFacts } from './inspection.js';

/** What is known of an object, as far as KMS and the end of the object tell it. */
export interface OpenedObject {
  readonly facts: EnvelopeFacts;
  /** Its plaintext, to be disposed by the caller; undefined when it is not encrypted or does not open. */
  readonly source?: DecryptedSource;
  /** Why it does not open although its envelope says that KMS could. */
  readonly error?: unknown;
}

/**
 * Asks KMS to open the data key and decrypts the last blocks, which tells the wrapping key and the exact
 * plaintext size. That it does not open hides nothing of the envelope.
 * @throws CancelledError
 */
export async function openWithFacts(
  object: ObjectEnvelope,
  { s3, keys }: Pick<Bucket, 's3' | 'keys'>,
  signal?: AbortSignal,
): Promise<OpenedObject> {
  const unknown = { keyArn: undefined, plaintextBytes: undefined };
  if (object.envelope === undefined) return { facts: { readability: undefined, ...unknown } };
  const facts = { readability: readability(object.envelope), ...unknown };
  if (!facts.readability.product.canRead) return { facts };
  try {
    const source = await openObject(object, { s3, keys, signal });
    return { facts: { ...facts, keyArn: source.keyArn, plaintextBytes: source.size }, source };
  } catch (error) {
    if (isCancelled(error)) throw error;
    return { facts, error };
  }
}
