import {
  bytesOf,
  type Change,
  cbcBodyThatFits,
  fromOther,
  withHeaders,
  withJson,
} from './changes.js';
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
} from './headerEdits.js';
import { given, other, refused, same, type TamperCase } from './tamperCase.js';

const failed = 'envelope/decrypt-failed';
const mismatch = 'envelope/commitment-mismatch';
const cbc = 'AES/CBC/PKCS5Padding';
const wrongLength = set({ 'x-amz-unencrypted-content-length': '999' });
const contextNames = (name: string, cipher: string): Change =>
  withJson(name, (map) => ({ ...map, 'aws:x-amz-cek-alg': cipher }));

/** The downgrade of CVE-2020-8912: authenticated content passed off as CBC, until padding comes out right. */
const asCbc =
  (wrap: string): Change =>
  (scope) => {
    const body = cbcBodyThatFits(scope.own.body, scope.own.dataKey);
    const iv = Buffer.concat([bytesOf(scope.own, 'x-amz-iv'), Buffer.alloc(4)]);
    const headers = {
      ...{ 'x-amz-cek-alg': cbc, 'x-amz-wrap-alg': wrap },
      ...{ 'x-amz-iv': iv.toString('base64'), 'x-amz-tag-len': undefined },
    };
    return withHeaders(() => headers)({ ...scope, own: { ...scope.own, body } });
  };

export const v2GcmHeaderCases: readonly TamperCase[] = [
  given('a bit of the IV', flippedBit('x-amz-iv', 3), refused, failed),
  given("another object's IV", fromOther('x-amz-iv'), refused, failed),
  given('the IV cut', cutByAByte('x-amz-iv'), refused, malformed),
  given('the IV twice', twice('x-amz-iv'), refused, malformed),
  given('no IV', without('x-amz-iv'), refused, missing),
  ...keyCases('x-amz-key-v2', { theirs: refused, ours: failed }),
  given('a wrong length', wrongLength, same, failed),
  ...contextCases('x-amz-matdesc', 'department', malformed),
  given('the context names CBC', contextNames('x-amz-matdesc', cbc), refused, malformed),
  given('no wrap', without('x-amz-wrap-alg'), refused, missing),
  given('wrap kms', set({ 'x-amz-wrap-alg': 'kms' }), refused, malformed),
  given('wrap AES/GCM', set({ 'x-amz-wrap-alg': 'AES/GCM' }), refused, 'envelope/raw-key'),
  given('no cipher', without('x-amz-cek-alg'), refused, missing),
  given('suite 115 as its cipher', set({ 'x-amz-cek-alg': '115' }), refused, malformed),
  given('CBC as its cipher', set({ 'x-amz-cek-alg': cbc }), refused, malformed),
  // Amazon's client does not compare the context with the cipher where CBC is allowed at all.
  given('CBC as its cipher, IV and padding to match', asCbc('kms+context'), other, malformed),
  given('the same with wrap kms', asCbc('kms'), refused, malformed),
  given('another length of the tag', set({ 'x-amz-tag-len': '96' }), same, malformed),
  given('no length of the tag', without('x-amz-tag-len'), same, same),
  given('the key as V1 too', alsoAs('x-amz-key', 'x-amz-key-v2'), refused, ambiguous),
  given('the key as V3 too', alsoAs('x-amz-3', 'x-amz-key-v2'), refused, ambiguous),
  given('a suite of V3', set({ 'x-amz-c': '115' }), refused, ambiguous),
];

/** 28 bytes that the content key depends on. */
function derivationCases(what: string, name: string): readonly TamperCase[] {
  return [
    given(`the first bit of the ${what}`, flippedBit(name, 0), refused, mismatch),
    given(`the last bit of the ${what}`, flippedBit(name, -1), refused, mismatch),
    given(`another object's ${what}`, fromOther(name), refused, mismatch),
    given(`the ${what} cut`, cutByAByte(name), refused, malformed),
    // Python's base64 ends where padding does.
    given(`the ${what} twice`, twice(name), same, malformed),
    given(`no ${what}`, without(name), refused, missing),
  ];
}

export const v3HeaderCases: readonly TamperCase[] = [
  ...keyCases('x-amz-3', { theirs: refused, ours: mismatch }),
  ...derivationCases('commitment', 'x-amz-d'),
  ...derivationCases('message id', 'x-amz-i'),
  given('a wrong length', wrongLength, same, failed),
  ...contextCases('x-amz-t', 'department', malformed),
  given('the context names GCM', contextNames('x-amz-t', 'AES/GCM/NoPadding'), refused, malformed),
  given('a description too', alsoAs('x-amz-m', 'x-amz-t'), same, ambiguous),
  given('no suite', without('x-amz-c'), refused, missing),
  given('another suite', set({ 'x-amz-c': '114' }), refused, malformed),
  given('GCM as its suite', set({ 'x-amz-c': 'AES/GCM/NoPadding' }), refused, malformed),
  given('no wrap', without('x-amz-w'), refused, missing),
  given('wrap 02', set({ 'x-amz-w': '02' }), refused, ambiguous),
  given('wrap 11', set({ 'x-amz-w': '11' }), refused, malformed),
  given('the key as V1 too', alsoAs('x-amz-key', 'x-amz-3'), refused, ambiguous),
  given('the key as V2 too', alsoAs('x-amz-key-v2', 'x-amz-3'), refused, ambiguous),
  given('an IV', set({ 'x-amz-iv': Buffer.alloc(12, 1).toString('base64') }), same, ambiguous),
];
