import {
  type Change,
  flipBit,
  fromOther,
  valueOf,
  withBytes,
  withHeaders,
  withJson,
} from './changes.js';
import { anyOfKms, given, refused, same, type TamperCase } from './tamperCase.js';

export const missing = 'envelope/missing-header';
export const malformed = 'envelope/malformed-header';
export const ambiguous = 'envelope/ambiguous-headers';
export const wrongBlob = 'kms/wrong-context-or-blob';

/** Sets headers to fixed values; undefined removes one. */
export const set = (headers: Readonly<Record<string, string | undefined>>): Change =>
  withHeaders(() => headers);

export const without = (name: string): Change => set({ [name]: undefined });

/** As S3 stores a header that is sent twice. */
export const twice = (name: string): Change =>
  withHeaders(({ own }) => ({ [name]: `${valueOf(own, name)},${valueOf(own, name)}` }));

/** The value of one header under another name as well. */
export const alsoAs = (name: string, from: string): Change =>
  withHeaders(({ own }) => ({ [name]: valueOf(own, from) }));

export const cutByAByte = (name: string): Change =>
  withBytes(name, (bytes) => bytes.subarray(0, -1));

/** Bits are counted from the end when they are negative. */
export const flippedBit = (name: string, bit: number): Change =>
  withBytes(name, (bytes) => flipBit(bytes, bit < 0 ? bytes.length * 8 + bit : bit));

/** What is done to the header with the wrapped key, whatever its name. */
export function keyCases(
  name: string,
  ofOther: Pick<TamperCase, 'theirs' | 'ours'>,
): readonly TamperCase[] {
  const longer = withBytes(name, (bytes) => Buffer.concat([bytes, Buffer.of(0)]));
  const spaced = withHeaders(({ own }) => ({ [name]: valueOf(own, name).replace(/^.{8}/, '$& ') }));
  return [
    given('the first bit of the key', flippedBit(name, 0), refused, anyOfKms),
    given('a bit in the middle of the key', flippedBit(name, 500), refused, wrongBlob),
    given('the last bit of the key', flippedBit(name, -1), refused, wrongBlob),
    given('the key cut', cutByAByte(name), refused, wrongBlob),
    given('a byte after the key', longer, refused, wrongBlob),
    given('white space in the key', spaced, same, malformed),
    given("another object's key", fromOther(name), ofOther.theirs, ofOther.ours),
    given('the key twice', twice(name), refused, malformed),
    given('no key', without(name), refused, missing),
  ];
}

/**
 * What is done to the encryption context, which KMS must get as it was.
 * @param entry one of its entries
 * @param incomplete how ours refuses a context that lacks everything
 */
export function contextCases(
  name: string,
  entry: string,
  incomplete: string,
): readonly TamperCase[] {
  const json = (change: Parameters<typeof withJson>[1]) => withJson(name, change);
  const spelled = withHeaders(({ own }) => {
    const map: unknown = JSON.parse(valueOf(own, name));
    return { [name]: JSON.stringify(map, null, 1).replaceAll('\n', ' ') };
  });
  const unknown = json(({ [entry]: value, ...rest }) => ({ ...rest, [`${entry}2`]: value }));
  return [
    given(
      'an entry of the context changed',
      json((m) => ({ ...m, [entry]: 'x' })),
      refused,
      wrongBlob,
    ),
    given(
      'an entry added to it',
      json((m) => ({ ...m, a: 'b' })),
      refused,
      wrongBlob,
    ),
    given(
      'an entry taken from it',
      json((m) => ({ ...m, [entry]: undefined })),
      refused,
      wrongBlob,
    ),
    given('an entry of it renamed', unknown, refused, wrongBlob),
    given('an empty context', set({ [name]: '{}' }), refused, incomplete),
    given('no context', without(name), refused, incomplete),
    given('a context that is no JSON', set({ [name]: '{' }), refused, malformed),
    given('a context that is a list', set({ [name]: '[]' }), refused, malformed),
    given(
      'a number in the context',
      json((m) => ({ ...m, [entry]: 7 })),
      refused,
      malformed,
    ),
    given('the context with other white space', spelled, same, same),
  ];
}
