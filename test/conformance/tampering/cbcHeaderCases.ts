import { bytesOf, fromOther, withHeaders } from './changes.js';
import {
  alsoAs,
  ambiguous,
  contextCases,
  cutByAByte,
  flippedBit,
  keyCases,
  malformed,
  missing,
  set,
  twice,
  without,
  wrongBlob,
} from './headerEdits.js';
import { given, other, refused, refusedByChance, same, type TamperCase } from './tamperCase.js';

const failed = 'envelope/decrypt-failed';
const length = 'x-amz-unencrypted-content-length';
const gcm = 'AES/GCM/NoPadding';
const otherKey = { theirs: refusedByChance, ours: failed } as const;

/** Of both formats. Nothing ties an IV to its object, and others do not look at the length. */
const cbcCases: readonly TamperCase[] = [
  given('a bit of the IV', flippedBit('x-amz-iv', 3), other, other),
  given("another object's IV", fromOther('x-amz-iv'), other, other),
  // Python's base64 ends where padding does.
  given('the IV twice', twice('x-amz-iv'), same, malformed),
  given('no IV', without('x-amz-iv'), refused, missing),
  given('another length', set({ [length]: '999' }), same, failed),
  given('a length that is none', set({ [length]: '1000 bytes' }), same, malformed),
  given('no length', without(length), same, same),
];

export const v1HeaderCases: readonly TamperCase[] = [
  ...cbcCases,
  // OpenSSL fills it up with zeros.
  given('the IV cut', cutByAByte('x-amz-iv'), other, malformed),
  ...keyCases('x-amz-key', otherKey),
  given('a description', set({ 'x-amz-matdesc': '{"a":"b"}' }), same, same),
  given('a description that is no JSON', set({ 'x-amz-matdesc': '{' }), same, malformed),
  given('no description', without('x-amz-matdesc'), same, same),
  given('the key as V2 too', alsoAs('x-amz-key-v2', 'x-amz-key'), refused, ambiguous),
  given('the key as V3 too', alsoAs('x-amz-3', 'x-amz-key'), refused, ambiguous),
  given('a wrap of V2', set({ 'x-amz-wrap-alg': 'kms' }), same, ambiguous),
  given('a suite of V3', set({ 'x-amz-c': '115' }), same, ambiguous),
  given('GCM as its cipher', set({ 'x-amz-cek-alg': gcm }), same, malformed),
];

const gcmWithIv = withHeaders(({ own }) => ({
  'x-amz-cek-alg': gcm,
  'x-amz-iv': bytesOf(own, 'x-amz-iv').subarray(0, 12).toString('base64'),
}));

export const v2CbcHeaderCases: readonly TamperCase[] = [
  ...cbcCases,
  given('the IV cut', cutByAByte('x-amz-iv'), refused, malformed),
  ...keyCases('x-amz-key-v2', otherKey),
  ...contextCases('x-amz-matdesc', 'kms_cmk_id', wrongBlob),
  given('no wrap', without('x-amz-wrap-alg'), refused, missing),
  given('wrap kms+context', set({ 'x-amz-wrap-alg': 'kms+context' }), same, malformed),
  given('wrap AES/GCM', set({ 'x-amz-wrap-alg': 'AES/GCM' }), refused, 'envelope/raw-key'),
  given('an unknown wrap', set({ 'x-amz-wrap-alg': 'KMS' }), refused, malformed),
  given('no cipher', without('x-amz-cek-alg'), refused, missing),
  given('GCM as its cipher', set({ 'x-amz-cek-alg': gcm }), refused, malformed),
  given('GCM as its cipher, with an IV for it', gcmWithIv, refused, failed),
  given('a length of the tag', set({ 'x-amz-tag-len': '128' }), same, malformed),
  given('the key as V1 too', alsoAs('x-amz-key', 'x-amz-key-v2'), refused, ambiguous),
  given('the key as V3 too', alsoAs('x-amz-3', 'x-amz-key-v2'), refused, ambiguous),
  given('a suite of V3', set({ 'x-amz-c': '115' }), refused, ambiguous),
];
