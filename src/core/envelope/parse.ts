import { EngineError } from '../errors.js';
import { detectFormat } from './detectFormat.js';
import { type Envelope, type KeyWrap, type Metadata } from './envelope.js';
import { type EnvelopeHeaders, metadataHeaders } from './envelopeHeaders.js';
import { blockBytes, contentCipher, header, metadataPrefix, wrapAlgorithm } from './format.js';
import { ambiguousHeaders, malformedHeader, missingHeader } from './headerErrors.js';
import { readInstructionFile } from './instructionFile.js';
import { classifyV1Wrap, kmsContextCodeV3, rawWrapAlgorithms, rawWrapCodesV3 } from './keyWrap.js';
import { commitmentBytes, messageIdBytes } from './suite115.js';

export type EnvelopeReading =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  /** The metadata is that of a V3 object whose wrapped key must be in its instruction file. */
  | { readonly kind: 'needs-instruction-file' }
  /**
   * No envelope in the metadata. The object is not client-side encrypted, unless one of
   * `instructionFileKeys(key)` exists: V1 and V2 leave no trace on an object with such a file.
   */
  | { readonly kind: 'none' };

const gcmIvBytes = 12;
/** Entry of the `kms+context` encryption context that ties the wrapped key to its content cipher. */
const cipherEntry = 'aws:x-amz-cek-alg';
/** The same cipher: PKCS#5 and PKCS#7 padding differ in name only. Ruby's client reads both. */
const cbcNames: ReadonlySet<string> = new Set([contentCipher.cbc, 'AES/CBC/PKCS7Padding']);

/**
 * Reads the client-side encryption envelope of an S3 object from its user metadata (with or without
 * `x-amz-meta-`, in any case) and, where it is there, the text of its instruction file. An envelope
 * that comes back is complete and free of contradictions, whether or not its key can be unwrapped.
 *
 * Formats: AWS's S3 encryption specification, "Content Metadata" and "Instruction File".
 * @throws EngineError that names the header: `envelope/ambiguous-headers`,
 *   `envelope/missing-header`, `envelope/malformed-header`; about the file as a whole:
 *   `envelope/bad-instruction-file`, `envelope/is-instruction-file`
 */
export function parseEnvelope(
  metadata: Metadata,
  instruction?: { readonly json: string },
): EnvelopeReading {
  refuseInstructionFile(metadata);
  const object = metadataHeaders(metadata);
  const format = detectFormat(object);
  if (instruction !== undefined) {
    return {
      kind: 'envelope',
      envelope: parseWithFile(object, format, readInstructionFile(instruction.json)),
    };
  }
  switch (format) {
    case 'none':
      return { kind: 'none' };
    case 'v3-key-elsewhere':
      requireSuite115(object);
      return { kind: 'needs-instruction-file' };
    case 'v1':
      return { kind: 'envelope', envelope: parseV1(object, object) };
    case 'v2':
      return { kind: 'envelope', envelope: parseV2(object, object) };
    case 'v3':
      return { kind: 'envelope', envelope: parseV3(object, object) };
  }
}

function parseWithFile(
  object: EnvelopeHeaders,
  objectFormat: ReturnType<typeof detectFormat>,
  file: EnvelopeHeaders,
): Envelope {
  if (objectFormat === 'v3-key-elsewhere') {
    const allowed: readonly string[] = [
      header.keyV3,
      header.wrapV3,
      header.materialDescriptionV3,
      header.encryptionContextV3,
      header.instructionFileMarker,
    ];
    const foreign = file.names().filter((name) => !allowed.includes(name));
    if (foreign.length > 0) {
      throw ambiguousHeaders('instruction-file', foreign, 'the object itself is in format V3.');
    }
    return parseV3(object, file);
  }
  if (objectFormat !== 'none') {
    throw ambiguousHeaders(
      'metadata',
      object.present([header.keyV1, header.keyV2, header.keyV3]),
      'the object has a complete envelope and an instruction file as well.',
    );
  }
  if (file.has(header.keyV3)) throw missingHeader('metadata', header.suiteV3, []);
  switch (detectFormat(file)) {
    case 'v1':
      return parseV1(file, object);
    case 'v2':
      return parseV2(file, object);
    default:
      throw missingHeader('instruction-file', header.keyV2, []);
  }
}

function parseV1(headers: EnvelopeHeaders, object: EnvelopeHeaders): Envelope {
  const cipher = headers.optional(header.cipher);
  if (cipher !== undefined && !cbcNames.has(cipher)) {
    throw malformedHeader(headers.place, header.cipher, 'is not CBC, the only cipher of V1');
  }
  const wrappedKey = headers.bytes(header.keyV1);
  return {
    format: 'v1',
    cipher: contentCipher.cbc,
    iv: headers.bytes(header.iv, blockBytes),
    wrap: classifyV1Wrap(wrappedKey),
    wrappedKey,
    materialDescription: headers.stringMap(header.materialDescription),
    plaintextLengthHint: plaintextLengthHint(headers, object),
    source: headers.place,
  };
}

function parseV2(headers: EnvelopeHeaders, object: EnvelopeHeaders): Envelope {
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
  throw malformedHeader(headers.place, header.cipher, `names an unknown cipher (${quote(name)})`);
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
  if (name === wrapAlgorithm.kms) return { kind: 'kms', context };
  if (name === wrapAlgorithm.kmsContext) {
    checkCipherEntry(headers, header.materialDescription, context, cipherName);
    return { kind: 'kms+context', context };
  }
  if (rawWrapAlgorithms.has(name)) return { kind: 'raw', algorithm: name };
  throw malformedHeader(
    headers.place,
    header.wrapAlgorithm,
    `names an unknown key wrap (${quote(name)})`,
  );
}

/** V3: `body` describes the content and is always the object's metadata; `key` holds the wrapped key. */
function parseV3(body: EnvelopeHeaders, key: EnvelopeHeaders): Envelope {
  requireSuite115(body);
  return {
    format: 'v3',
    cipher: contentCipher.suite115,
    commitment: body.bytes(header.commitmentV3, commitmentBytes),
    messageId: body.bytes(header.messageIdV3, messageIdBytes),
    wrap: v3Wrap(key),
    wrappedKey: key.bytes(header.keyV3),
    plaintextLengthHint: body.byteCount(header.plaintextLength),
    source: key.place,
  };
}

function requireSuite115(headers: EnvelopeHeaders): void {
  if (headers.required(header.suiteV3) !== contentCipher.suite115) {
    throw malformedHeader(headers.place, header.suiteV3, 'names a cipher suite other than 115');
  }
}

function v3Wrap(headers: EnvelopeHeaders): KeyWrap {
  const code = headers.required(header.wrapV3);
  const isKms = code === kmsContextCodeV3;
  const algorithm = rawWrapCodesV3.get(code);
  if (!isKms && algorithm === undefined) {
    throw malformedHeader(
      headers.place,
      header.wrapV3,
      `names an unknown key wrap (${quote(code)})`,
    );
  }
  const [used, unused] = isKms
    ? [header.encryptionContextV3, header.materialDescriptionV3]
    : [header.materialDescriptionV3, header.encryptionContextV3];
  if (headers.has(unused)) {
    const names = [header.wrapV3, unused];
    throw ambiguousHeaders(headers.place, names, `the key wrap ${quote(code)} does not use it.`);
  }
  const context = headers.stringMap(used);
  if (algorithm !== undefined) return { kind: 'raw', algorithm };
  checkCipherEntry(headers, used, context, contentCipher.suite115);
  return { kind: 'kms+context', context };
}

/** Without this check a writer to the bucket could have GCM content decrypted as CBC (CVE-2020-8912). */
function checkCipherEntry(
  headers: EnvelopeHeaders,
  name: string,
  context: Readonly<Record<string, string>>,
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

const quote = (value: string) => JSON.stringify(value.slice(0, 60));

/** An object whose envelope is in an instruction file keeps this one header itself. */
function plaintextLengthHint(headers: EnvelopeHeaders, object: EnvelopeHeaders) {
  return object.byteCount(header.plaintextLength) ?? headers.byteCount(header.plaintextLength);
}

function refuseInstructionFile(metadata: Metadata): void {
  const marker = header.instructionFileMarker;
  // The marker's value is empty, so it is looked for before empty headers are dropped.
  const isMarked = Object.keys(metadata).some((name) =>
    [marker, metadataPrefix + marker].includes(name.toLowerCase()),
  );
  if (isMarked) {
    throw new EngineError(
      'envelope/is-instruction-file',
      `This object is an instruction file (${marker}): it holds the envelope of another object. ` +
        'Name the object whose key has no ".instruction" at the end.',
      { details: { header: marker } },
    );
  }
}
