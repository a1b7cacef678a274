import type { EncryptionContext } from './envelope.js';
import type { EnvelopeHeaders } from './envelopeHeaders.js';
import { malformedHeader } from './headerErrors.js';

/** Entry of the `kms+context` encryption context that ties the wrapped key to its content cipher. */
const cipherEntry = 'aws:x-amz-cek-alg';

/**
 * The `kms+context` check that comes before any KMS call: the context must name the content cipher.
 * Without it a writer to the bucket could have GCM content decrypted as CBC (CVE-2020-8912).
 * @throws EngineError `envelope/malformed-header`
 */
export function checkCipherEntry(
  headers: EnvelopeHeaders,
  name: string,
  context: EncryptionContext,
  cipherName: string,
): void {
  if (context[cipherEntry] !== cipherName) {
    throw malformedHeader(
      headers.place,
      name,
      `does not hold the object's content cipher ("${cipherEntry}": "${cipherName}")`,
    );
  }
}

/**
 * The other side of that check: a data key made for `kms+context` says which cipher it is for, so an
 * envelope in a form that does not look (wrap `kms`, V1) is a forgery, made to pass authenticated
 * content off as CBC until its padding comes out right.
 * @throws EngineError `envelope/malformed-header`
 */
export function refuseCipherEntry(
  headers: EnvelopeHeaders,
  name: string,
  context: EncryptionContext,
): void {
  if (Object.hasOwn(context, cipherEntry)) {
    throw malformedHeader(
      headers.place,
      name,
      `holds "${cipherEntry}", which belongs to the key wrap kms+context alone`,
    );
  }
}
