import { EngineError } from '../errors.js';
import type { Envelope } from './envelope.js';

type Place = Envelope['source'];

const placeNames: Record<Place, string> = {
  metadata: "the object's metadata",
  'instruction-file': 'the instruction file',
};

/** Two sets of headers that exclude each other: which one a reader follows would decide the key. */
export function ambiguousHeaders(place: Place, names: readonly string[], why: string): EngineError {
  return new EngineError(
    'envelope/ambiguous-headers',
    `The encryption headers in ${placeNames[place]} are ambiguous (${names.join(', ')}): ${why} ` +
      'Somebody may have changed the headers; take the object from its source again.',
    { details: { headers: names.join(' ') } },
  );
}

export function missingHeader(place: Place, name: string, beside: readonly string[]): EngineError {
  const found = beside.length === 0 ? '' : `, although ${beside.join(', ')} is there`;
  return new EngineError(
    'envelope/missing-header',
    `The encryption envelope is incomplete: ${name} is missing from ${placeNames[place]}${found}. ` +
      'Copying or renaming an object must keep its user metadata.',
    { details: { header: name } },
  );
}

/** A header whose value is not what its format asks for. `why` completes "x-amz-… in … ". */
export function malformedHeader(place: Place, name: string, why: string): EngineError {
  return new EngineError(
    'envelope/malformed-header',
    `${name} in ${placeNames[place]} ${why}, so the object cannot be decrypted.`,
    { details: { header: name } },
  );
}

/** A stored value as an error may show it: short, and with no control characters. */
export const quoteValue = (value: string) =>
  JSON.stringify(value.slice(0, 60)).replace(/[\u007f-\u009f]/g, '?');
