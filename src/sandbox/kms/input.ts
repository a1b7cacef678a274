/** What KMS's operations read and write alike. */
import { ServiceFailure } from '../contract.js';
import type { JsonInput } from '../http/jsonInput.js';
import type { Access, ServiceCall } from '../iam/access.js';
import type { KeyRecord } from './keyStore.js';

/** Requires a right that is not about one key. */
export function demand(access: Access, call: ServiceCall, action: string): void {
  access.require(
    call,
    { action: `kms:${action}`, resource: '*' },
    (message) => new ServiceFailure('AccessDeniedException', message),
  );
}

/** One page of a list: Limit and Marker. */
export function page<T>(input: JsonInput, items: readonly T[], idOf: (item: T) => string) {
  const limit = input.integer('Limit') ?? 100;
  if (limit < 1 || limit > 1000) throw validation('Limit must be between 1 and 1000');
  const marker = input.text('Marker');
  const after = marker === undefined ? -1 : items.findIndex((item) => idOf(item) === marker);
  if (marker !== undefined && after < 0) {
    throw new ServiceFailure('InvalidMarkerException', `Could not deserialize marker '${marker}'`);
  }
  const shown = items.slice(after + 1, after + 1 + limit);
  const last = shown.at(-1);
  const truncated = after + 1 + shown.length < items.length && last !== undefined;
  return {
    shown,
    paging: { Truncated: truncated, ...(truncated && { NextMarker: idOf(last) }) },
  };
}

/** A key that is to be deleted can only be kept from it. */
export function requireNotPending(key: KeyRecord): void {
  if (key.state === 'PendingDeletion') {
    throw new ServiceFailure('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  }
}

export const validation = (message: string) => new ServiceFailure('ValidationException', message);
