import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';

/**
 * One page of a Describe call: MaxRecords 20 to 100, Marker as the answer before gave it.
 * @returns the items and the Marker of the next page, if there is one
 */
export function page<T>(
  input: QueryInput,
  items: readonly T[],
  idOf: (item: T) => string,
): { shown: readonly T[]; marker: string | undefined } {
  const limit = input.integer('MaxRecords') ?? 100;
  if (limit < 20 || limit > 100) {
    throw new ServiceFailure(
      'InvalidParameterValue',
      `Invalid value ${String(limit)} for MaxRecords. Must be between 20 and 100`,
    );
  }
  const marker = input.text('Marker');
  let start = 0;
  if (marker !== undefined && marker !== '') {
    const last = Buffer.from(marker, 'base64url').toString('utf8');
    const at = items.findIndex((item) => idOf(item) === last);
    if (at < 0) {
      throw new ServiceFailure(
        'InvalidParameterValue',
        `The parameter Marker was not in a valid format: ${marker}`,
      );
    }
    start = at + 1;
  }
  const shown = items.slice(start, start + limit);
  const last = shown.at(-1);
  const more = start + shown.length < items.length && last !== undefined;
  return { shown, marker: more ? Buffer.from(idOf(last)).toString('base64url') : undefined };
}
