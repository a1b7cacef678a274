import { type Change, flipBit, withBody, withHeaders } from './changes.js';
import { cutLikePadding } from './objects.js';
import { given, other, refused, refusedByChance, type TamperCase } from './tamperCase.js';

const failed = 'envelope/decrypt-failed';
const blockBits = 16 * 8;

/** Negative bits are counted from the end. */
const flip = (bit: number): Change =>
  withBody((body) => flipBit(body, bit < 0 ? body.length * 8 + bit : bit));
const cut = (bytes: number): Change => withBody((body) => body.subarray(0, body.length - bytes));
const append = (bytes: number): Change =>
  withBody((body) => Buffer.concat([body, Buffer.alloc(bytes)]));
const empty = withBody(() => Buffer.alloc(0));
const ofOther = withBody((_, scope) => scope.other.body);

/** The third and the fourth. */
const swappedBlocks = withBody((body) => {
  const [third, fourth] = [body.subarray(48, 64), body.subarray(64, 80)];
  return Buffer.concat([body.subarray(0, 48), fourth, third, body.subarray(80)]);
});

const cutToFit = withBody((body) => body.subarray(0, cutLikePadding));
const cutWithoutLength: Change = (scope) =>
  withHeaders(() => ({ 'x-amz-unencrypted-content-length': undefined }))({
    ...scope,
    own: { ...scope.own, ...cutToFit(scope) },
  });

/**
 * AES-CBC: a changed block garbles itself and flips bits of the next one, and nothing but the padding at
 * the very end and the length in the metadata can tell.
 */
export const cbcBodyCases: readonly TamperCase[] = [
  given('a bit of the first block', flip(5), other, other),
  given('a bit in the middle', flip(500 * 8 + 1), other, other),
  given('a bit of the last block but one, over content', flip(-2 * blockBits), other, other),
  given('a bit of the last block but one, over padding', flip(-blockBits - 1), refused, failed),
  given('a bit of the last block', flip(-blockBits), refusedByChance, failed),
  given('the last byte cut off', cut(1), refused, failed),
  given('the last block cut off', cut(16), refused, failed),
  given('cut where the content looks like padding', cutToFit, other, failed),
  given('cut there, and the length removed', cutWithoutLength, other, other),
  given('everything cut off', empty, refused, failed),
  given('a byte appended', append(1), refused, failed),
  given('a block appended', append(16), refusedByChance, failed),
  given('two blocks swapped', swappedBlocks, other, other),
  given("another object's content", ofOther, refusedByChance, failed),
];

const blockBeforeTag = withBody((body) =>
  Buffer.concat([body.subarray(0, -16), Buffer.alloc(16), body.subarray(-16)]),
);

/** AES-GCM and suite 115: whatever is changed, the tag tells. */
export const authenticatedBodyCases: readonly TamperCase[] = [
  given('a bit of the first block', flip(5), refused, failed),
  given('a bit in the middle', flip(500 * 8 + 1), refused, failed),
  given('the last bit of the content', flip(-blockBits - 1), refused, failed),
  given('the first bit of the tag', flip(-blockBits), refused, failed),
  given('the last bit of the tag', flip(-1), refused, failed),
  given('the last byte cut off', cut(1), refused, failed),
  given('a block cut off', cut(16), refused, failed),
  given(
    'all but 15 bytes cut off',
    withBody((body) => body.subarray(0, 15)),
    refused,
    failed,
  ),
  given('everything cut off', empty, refused, failed),
  given('a byte appended', append(1), refused, failed),
  given('a block appended', append(16), refused, failed),
  given('a block put before the tag', blockBeforeTag, refused, failed),
  given('two blocks swapped', swappedBlocks, refused, failed),
  given("another object's content", ofOther, refused, failed),
];
