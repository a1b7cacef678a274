import type { EnvelopeHeaders } from './envelopeHeaders.js';
import { header } from './format.js';
import { ambiguousHeaders, missingHeader } from './headerErrors.js';

/** `v3-key-elsewhere`: the wrapped key of a V3 object is in its instruction file. */
export type DetectedFormat = 'v1' | 'v2' | 'v3' | 'v3-key-elsewhere' | 'none';

const keyHeaders = [header.keyV1, header.keyV2, header.keyV3];
/** Headers that say something about V1 or V2, besides the key. */
const legacyHeaders = [
  header.iv,
  header.materialDescription,
  header.wrapAlgorithm,
  header.cipher,
  header.tagLength,
];
const onlyV2Headers = [header.wrapAlgorithm, header.cipher, header.tagLength];
/** V3 headers that belong to the object, and those that go where the wrapped key goes. */
const v3ObjectHeaders = [header.suiteV3, header.commitmentV3, header.messageIdV3];
const v3KeyHeaders = [header.wrapV3, header.materialDescriptionV3, header.encryptionContextV3];

/**
 * Which format a set of headers is, by the strictest rule that AWS's own readers have in common:
 * headers of two formats together are refused, because readers differ in which one they follow.
 * @throws EngineError `envelope/ambiguous-headers`, `envelope/missing-header`
 */
export function detectFormat(headers: EnvelopeHeaders): DetectedFormat {
  const { place } = headers;
  const keys = headers.present(keyHeaders);
  const v3 = headers.present([...v3ObjectHeaders, ...v3KeyHeaders]);
  const legacy = headers.present(legacyHeaders);
  if (keys.length > 1) {
    throw ambiguousHeaders(place, keys, 'each holds the wrapped key of another format.');
  }
  const key = keys[0];
  if (key === undefined) return detectWithoutKey(headers, v3, legacy);
  if (key === header.keyV3) {
    if (legacy.length > 0) {
      throw ambiguousHeaders(place, [key, ...legacy], 'they belong to different formats.');
    }
    for (const name of [header.commitmentV3, header.messageIdV3]) {
      if (!headers.has(name)) throw missingHeader(place, name, [key]);
    }
    return 'v3';
  }
  if (v3.length > 0) {
    throw ambiguousHeaders(place, [key, ...v3], 'they belong to different formats.');
  }
  if (!headers.has(header.iv)) throw missingHeader(place, header.iv, [key]);
  if (key === header.keyV2) return 'v2';
  // A cipher may be named beside a V1 key (parsing checks that it is CBC), but never a wrap or a tag.
  const misplaced = headers.present([header.wrapAlgorithm, header.tagLength]);
  if (misplaced.length > 0) {
    throw ambiguousHeaders(place, [key, ...misplaced], 'they belong to different formats.');
  }
  return 'v1';
}

function detectWithoutKey(
  headers: EnvelopeHeaders,
  v3: readonly string[],
  legacy: readonly string[],
): DetectedFormat {
  const { place } = headers;
  if (legacy.length > 0 && v3.length > 0) {
    throw ambiguousHeaders(place, [...legacy, ...v3], 'they belong to different formats.');
  }
  if (legacy.length > 0) {
    const isV2 = headers.present(onlyV2Headers).length > 0;
    throw missingHeader(place, isV2 ? header.keyV2 : header.keyV1, legacy);
  }
  if (v3.length === 0) return 'none';
  if (headers.present(v3KeyHeaders).length > 0) throw missingHeader(place, header.keyV3, v3);
  for (const name of v3ObjectHeaders) {
    if (!headers.has(name)) throw missingHeader(place, name, v3);
  }
  return 'v3-key-elsewhere';
}
