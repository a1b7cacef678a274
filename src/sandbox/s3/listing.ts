import { compareKeys, lowerBound } from './keyOrder.js';

export interface ListingQuery {
  readonly prefix: string;
  /** Empty for none. */
  readonly delimiter: string;
  /** Only what comes after this key, or after the whole group of this common prefix. */
  readonly after: string;
  readonly limit: number;
}

export type ListingEntry =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'common-prefix'; readonly name: string };

export interface Listing {
  readonly entries: readonly ListingEntry[];
  readonly truncated: boolean;
}

/** Lists ordered keys as S3 does: keys that share what lies before a delimiter count as one. */
export function listKeys(keys: readonly string[], query: ListingQuery): Listing {
  const { prefix, delimiter, after, limit } = query;
  const entries: ListingEntry[] = [];
  let index = lowerBound(keys, compareKeys(prefix, after) > 0 ? prefix : after);
  if (after !== '' && keys[index] === after) index++;
  // The last entry of the page before was this common prefix: its group has been shown.
  if (isGroup(after, query)) index = endOfGroup(keys, after, index);
  for (;;) {
    const key = keys[index];
    if (!key?.startsWith(prefix)) return { entries, truncated: false };
    if (entries.length >= limit) return { entries, truncated: limit > 0 };
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at < 0) {
      entries.push({ kind: 'key', name: key });
      index++;
    } else {
      const name = key.slice(0, at + delimiter.length);
      entries.push({ kind: 'common-prefix', name });
      index = endOfGroup(keys, name, index);
    }
  }
}

/** Is it a common prefix, and not a key that ends in a delimiter by chance? */
function isGroup(after: string, { prefix, delimiter }: ListingQuery): boolean {
  if (delimiter === '' || !after.startsWith(prefix)) return false;
  const at = after.indexOf(delimiter, prefix.length);
  return at >= 0 && at + delimiter.length === after.length;
}

/** Index behind the last key that starts with `group`; such keys stand together. */
function endOfGroup(keys: readonly string[], group: string, from: number): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = keys[middle] ?? '';
    if (key.startsWith(group) || compareKeys(key, group) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
