import { seededRandom } from '../../unit/backupFile/seededRandom.js';
import { flipBit } from './changes.js';
import type { Original, Stored } from './objects.js';

const binaryHeaders = new Set([
  'x-amz-key',
  'x-amz-key-v2',
  'x-amz-3',
  'x-amz-iv',
  'x-amz-d',
  'x-amz-i',
]);

/** An object with one bit flipped; `name` says which. */
export interface Flipped extends Stored {
  readonly name: string;
}

/** Single bits anywhere, half of them in the body: the same places for the same seed. */
export function randomFlips(own: Original, count: number, seed: string): Flipped[] {
  const random = seededRandom(seed);
  const names = Object.keys(own.metadata).sort();
  return Array.from({ length: count }, (_, turn) => {
    if (turn % 2 === 0) {
      const bit = random.below(own.body.length * 8);
      return { ...own, body: flipBit(own.body, bit), name: `bit ${bit} of the body` };
    }
    const name = random.pick(names);
    const { value, bit } = flippedHeader(own.metadata[name] ?? '', binaryHeaders.has(name));
    return { ...own, metadata: { ...own.metadata, [name]: value }, name: `bit ${bit} of ${name}` };
  });

  /** Headers are printable ASCII, and do not begin or end in a space. */
  function flippedHeader(value: string, isBinary: boolean): { value: string; bit: number } {
    const bytes = Buffer.from(value, isBinary ? 'base64' : 'latin1');
    for (;;) {
      const bit = random.below(bytes.length * 8);
      const changed = flipBit(bytes, bit).toString(isBinary ? 'base64' : 'latin1');
      if (/^[!-~]([ -~]*[!-~])?$/.test(changed)) return { value: changed, bit };
    }
  }
}
