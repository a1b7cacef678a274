import { EngineError } from '../errors.js';
import { detectFormat, type DetectedFormat } from './detectFormat.js';
import type { Envelope, Metadata } from './envelope.js';
import { type EnvelopeHeaders, metadataHeaders } from './envelopeHeaders.js';
import { header, metadataPrefix } from './format.js';
import { ambiguousHeaders, missingHeader } from './headerErrors.js';
import { readInstructionFile } from './instructionFile.js';
import { parseV1, parseV2 } from './parseV1V2.js';
import { parseV3, requireSuite115 } from './parseV3.js';

export type EnvelopeReading =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  /** The metadata is that of a V3 object whose wrapped key must be in its instruction file. */
  | { readonly kind: 'needs-instruction-file' }
  /**
   * No envelope in the metadata. The object is not client-side encrypted, unless one of
   * `instructionFileKeys(key)` exists: V1 and V2 leave no trace on an object with such a file.
   */
  | { readonly kind: 'none' };

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
  objectFormat: DetectedFormat,
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
