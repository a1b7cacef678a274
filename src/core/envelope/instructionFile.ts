import { EngineError } from '../errors.js';
import { EnvelopeHeaders, parseJsonObject } from './envelopeHeaders.js';
import { header } from './format.js';
import { ambiguousHeaders, malformedHeader, quoteValue } from './headerErrors.js';

/** An instruction file holds a few headers; anything larger is something else. */
export const maxInstructionFileBytes = 64 * 1024;

/**
 * Keys of the objects that may hold the envelope of the object `key`, in the order to try: every
 * client's, then that of the first .NET client.
 */
export function instructionFileKeys(key: string): readonly [string, string] {
  return [`${key}.instruction`, `${key}INSTRUCTION_SUFFIX`];
}

const knownNames: ReadonlySet<string> = new Set([
  ...Object.values(header),
  // Written by the first Go client; a plaintext digest, of no use here.
  'x-amz-unencrypted-content-md5',
]);
/** These describe the body, so an instruction file that brings them could swap the body's key. */
const bodyOnly = [header.suiteV3, header.commitmentV3, header.messageIdV3];
/** Go's client takes these as JSON numbers too. */
const numericNames: ReadonlySet<string> = new Set([header.tagLength, header.plaintextLength]);
/** Layout of the first .NET client: raw-key wraps, always CBC. */
const dotnetNames: Readonly<Record<string, string>> = {
  EncryptedEnvelopeKey: header.keyV1,
  IV: header.iv,
};

/**
 * The headers in the text of an instruction file.
 * @throws EngineError `envelope/bad-instruction-file`, `envelope/malformed-header`,
 *   `envelope/ambiguous-headers`
 */
export function readInstructionFile(json: string): EnvelopeHeaders {
  if (Buffer.byteLength(json) > maxInstructionFileBytes) {
    throw badFile(`is larger than ${maxInstructionFileBytes} bytes`);
  }
  const content = parseJsonObject(json);
  if (content === undefined) throw badFile('is not a JSON object');
  const headers = new EnvelopeHeaders('instruction-file', Object.entries(content).map(toHeader));
  const misplaced = headers.present(bodyOnly);
  if (misplaced.length > 0) {
    throw ambiguousHeaders(
      'instruction-file',
      misplaced,
      "these belong in the object's own metadata.",
    );
  }
  return headers;
}

function toHeader([givenName, value]: [string, unknown]): [string, string] {
  const name = Object.hasOwn(dotnetNames, givenName) ? dotnetNames[givenName] : givenName;
  if (name === undefined || !knownNames.has(name)) {
    throw badFile(`has an entry ${quoteValue(givenName)} that no encryption client writes`);
  }
  if (typeof value === 'string') return [name, value];
  if (typeof value === 'number' && numericNames.has(name)) return [name, String(value)];
  throw malformedHeader('instruction-file', name, 'is not a string');
}

function badFile(why: string): EngineError {
  return new EngineError(
    'envelope/bad-instruction-file',
    `The instruction file of this object ${why}. Its envelope cannot be read.`,
  );
}
