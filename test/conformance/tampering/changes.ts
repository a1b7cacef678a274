import { createDecipheriv } from 'node:crypto';
import type { Original, Originals, Stored } from './objects.js';

/** What a change has to work with. */
export interface Scope {
  /** The object to change. */
  readonly own: Original;
  /** Another of the same kind: other key, IV and content. */
  readonly other: Original;
  readonly all: Originals;
}
export type Change = (scope: Scope) => Stored;

export function flipBit(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  const at = Math.floor(bit / 8);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}

export const withBody =
  (change: (body: Buffer, scope: Scope) => Buffer): Change =>
  (scope) => ({ ...scope.own, body: change(scope.own.body, scope) });

/** Sets headers; undefined removes one. */
export const withHeaders =
  (change: (scope: Scope) => Readonly<Record<string, string | undefined>>): Change =>
  (scope) => ({ ...scope.own, metadata: merged(scope.own.metadata, change(scope)) });

function merged(
  metadata: Stored['metadata'],
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...metadata, ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

export const valueOf = ({ metadata }: Stored, name: string): string => {
  const value = metadata[name];
  if (value === undefined) throw new Error(`no ${name}`);
  return value;
};
export const bytesOf = (object: Stored, name: string): Buffer =>
  Buffer.from(valueOf(object, name), 'base64');

/** Changes the bytes that a header holds as base64. */
export const withBytes = (name: string, change: (bytes: Buffer) => Buffer): Change =>
  withHeaders(({ own }) => ({ [name]: change(bytesOf(own, name)).toString('base64') }));

/** The header of another object. */
export const fromOther = (name: string): Change =>
  withHeaders(({ other }) => ({ [name]: valueOf(other, name) }));

/** Changes the JSON object that a header holds. */
export const withJson = (
  name: string,
  change: (map: Record<string, string>) => Record<string, unknown>,
): Change =>
  withHeaders(({ own }) => {
    const map = JSON.parse(valueOf(own, name)) as Record<string, string>;
    return { [name]: JSON.stringify(change(map)) };
  });

/**
 * A body whose decryption as CBC ends in correct padding, by a last block that takes some 256 tries to
 * find: what someone finds who may write to the bucket and sees which objects can be read.
 */
export function cbcBodyThatFits(body: Buffer, dataKey: Buffer): Buffer {
  const kept = body.subarray(0, body.length - (body.length % 16) - 16);
  const ecb = createDecipheriv('aes-256-ecb', dataKey, null).setAutoPadding(false);
  const block = Buffer.alloc(16);
  for (let tries = 0; ; tries++) {
    block.writeUInt32BE(tries);
    const last = (ecb.update(block)[15] ?? 0) ^ (kept.at(-1) ?? 0);
    if (last === 1) return Buffer.concat([kept, block]);
  }
}
