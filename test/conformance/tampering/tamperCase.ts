import type { Change } from './changes.js';

export const refused = 'refused';
/** CBC under a wrong key or with a garbled end: one in 256 such ends looks like padding. */
export const refusedByChance = 'refused, by chance';
export const same = 'same bytes';
export const other = 'OTHER BYTES';

/** An error of KMS: which one is up to it, when a blob does not name a key of its any more. */
export const anyOfKms = 'kms/…';

/** What a reader makes of a tampered object. */
export type Verdict = typeof refused | typeof same | typeof other;

export interface TamperCase {
  readonly name: string;
  readonly change: Change;
  readonly theirs: Verdict | typeof refusedByChance;
  /** The error's code where it is refused. */
  readonly ours: string;
  /** Why ours opens what theirs refuses. */
  readonly because?: string | undefined;
}

export const given = (
  name: string,
  change: Change,
  theirs: TamperCase['theirs'],
  ours: string,
  because?: string,
): TamperCase => ({ name, change, theirs, ours, because });
