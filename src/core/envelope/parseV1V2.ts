import { checkCipherEntry, refuseCipherEntry } from './cipherEntry.js';
import type { Envelope, KeyWrap } from './envelope.js';
import type { EnvelopeHeaders } from './envelopeHeaders.js';
import { blockBytes, contentCipher, header, wrapAlgorithm } from './format.js';
import { malformedHeader, quoteValue } from './headerErrors.js';
import { classifyV1Wrap, rawWrapAlgorithms } from './keyWrap.js';

const gcmIvBytes = 12;
/** The same cipher: PKCS#5 and PKCS#7 padding differ in name only. Ruby's client reads both. */
const cbcNames: ReadonlySet<string> = new Set([contentCipher.cbc, 'AES/CBC/PKCS7Padding']);

/** V1. `headers` holds the envelope; `object` is the metadata, the same unless a file holds it. */
export function parseV1(headers: EnvelopeHeaders, object: EnvelopeHeaders): Envelope {
  const cipher = headers.optional(header.cipher);
  if (cipher !== undefined && !cbcNames.has(cipher)) {
    throw malformedHeader(headers.place, header.cipher, 'is not CBC, the only cipher of V1');
  }
  const wrappedKey = headers.bytes(header.keyV1);
  const materialDescription = headers.stringMap(header.materialDescription);
  refuseCipherEntry(headers, header.materialDescription, materialDescription);
  return {
    format: 'v1',
    cipher: contentCipher.cbc,
    iv: headers.bytes(header.iv, blockBytes),
    wrap: classifyV1Wrap(wrappedKey),
    wrappedKey,
    materialDescription,
    plaintextLengthHint: plaintextLengthHint(headers, object),
    source: headers.place,
  };
}

/** V2; parameters as for {@link parseV1}. */
export function parseV2(headers: EnvelopeHeaders, object: EnvelopeHeaders): Envelope {
  const cipherName = headers.required(header.cipher);
  const cipher = v2Cipher(headers, cipherName);
  checkTagLength(headers, cipher);
  return {
    format: 'v2',
    cipher,
    iv: headers.bytes(header.iv, cipher === contentCipher.cbc ? blockBytes : gcmIvBytes),
    wrap: v2Wrap(headers, cipherName),
    wrappedKey: headers.bytes(header.keyV2),
    plaintextLengthHint: plaintextLengthHint(headers, object),
    source: headers.place,
  };
}

function v2Cipher(headers: EnvelopeHeaders, name: string) {
  if (cbcNames.has(name)) return contentCipher.cbc;
  if (name === contentCipher.gcm) return contentCipher.gcm;
  throw malformedHeader(
    headers.place,
    header.cipher,
    `names an unknown cipher (${quoteValue(name)})`,
  );
}

function checkTagLength(headers: EnvelopeHeaders, cipher: string): void {
  const bits = headers.optional(header.tagLength);
  // Some writers of GCM leave it out; C++'s client writes a length of 0 for CBC.
  const expected = cipher === contentCipher.gcm ? '128' : '0';
  if (bits !== undefined && bits !== expected) {
    throw malformedHeader(headers.place, header.tagLength, `does not fit the cipher ${cipher}`);
  }
}

function v2Wrap(headers: EnvelopeHeaders, cipherName: string): KeyWrap {
  const name = headers.required(header.wrapAlgorithm);
  const context = headers.stringMap(header.materialDescription);
  if (name === wrapAlgorithm.kms) {
    refuseCipherEntry(headers, header.materialDescription, context);
    return { kind: 'kms', context };
  }
  if (name === wrapAlgorithm.kmsContext) {
    checkCipherEntry(headers, header.materialDescription, context, cipherName);
    return { kind: 'kms+context', context };
  }
  if (rawWrapAlgorithms.has(name)) return { kind: 'raw', algorithm: name };
  throw malformedHeader(
    headers.place,
    header.wrapAlgorithm,
    `names an unknown key wrap (${quoteValue(name)})`,
  );
}

/** An object whose envelope is in an instruction file keeps this one header itself. */
function plaintextLengthHint(headers: EnvelopeHeaders, object: EnvelopeHeaders) {
  return object.byteCount(header.plaintextLength) ?? headers.byteCount(header.plaintextLength);
}
