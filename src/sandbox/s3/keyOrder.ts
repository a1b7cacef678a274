/**
 * S3 lists keys in the order of their UTF-8 bytes. JavaScript compares UTF-16 code units, which
 * differs where surrogates (U+10000 and up) meet U+E000–U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x !== y) {
      if (x >= 0xd800 && y >= 0xd800) {
        x = byCodePoint(x);
        y = byCodePoint(y);
      }
      return x - y;
    }
  }
  return a.length - b.length;
}

/** Moves surrogates behind U+E000–U+FFFF. */
const byCodePoint = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit + 0x2000);

/** Index of the first of `keys` (in order) that is not before `key`. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
