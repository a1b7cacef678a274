import { ServiceFailure } from '../contract.js';
import { DetailedFailure } from '../http/protocol.js';
import type { ObjectRecord } from './records.js';

/** The four conditional headers, from a GET or (by other names) from a copy's source. */
export interface Preconditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
}

const failed = (condition: string) =>
  new DetailedFailure(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
    { Condition: condition },
  );

const matchesTag = (header: string, etag: string) =>
  header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))
    .some((tag) => tag === '*' || tag === etag);

/** Times in headers have whole seconds. */
const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

/**
 * RFC 9110, 13.2.2: an ETag condition makes the date condition beside it void.
 * @returns `not-modified` when the client already has this object
 * @throws ServiceFailure `PreconditionFailed`
 */
export function evaluate(
  conditions: Preconditions,
  record: ObjectRecord,
): 'go-on' | 'not-modified' {
  const modified = seconds(Date.parse(record.lastModified));
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!matchesTag(ifMatch, record.etag)) throw failed('If-Match');
  } else if (ifUnmodifiedSince !== undefined) {
    const time = Date.parse(ifUnmodifiedSince);
    if (!Number.isNaN(time) && modified > seconds(time)) throw failed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) {
    if (matchesTag(ifNoneMatch, record.etag)) return 'not-modified';
  } else if (ifModifiedSince !== undefined) {
    const time = Date.parse(ifModifiedSince);
    if (!Number.isNaN(time) && modified <= seconds(time)) return 'not-modified';
  }
  return 'go-on';
}

/** Conditions of a copy: there "not modified" is a failure too. */
export function requireSource(conditions: Preconditions, record: ObjectRecord): void {
  if (evaluate(conditions, record) === 'not-modified')
    throw failed('x-amz-copy-source-If-None-Match');
}

/** Conditions of a write: `If-None-Match: *` (must be new), `If-Match` (must be that object). */
export function writeCheck(
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): (existing: ObjectRecord | undefined) => void {
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new ServiceFailure(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented: If-None-Match of a ' +
        'write can only be *.',
      501,
    );
  }
  return (existing) => {
    if (ifNoneMatch === '*' && existing !== undefined) throw failed('If-None-Match');
    if (ifMatch === undefined) return;
    if (existing === undefined) {
      throw new ServiceFailure('NoSuchKey', 'The specified key does not exist.', 404);
    }
    if (!matchesTag(ifMatch, existing.etag)) throw failed('If-Match');
  };
}
