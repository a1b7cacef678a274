import type { IncomingHttpHeaders } from 'node:http';
import { ServiceFailure } from '../contract.js';

const prefix = 'x-amz-meta-';
const limit = 2048;

/**
 * User metadata from request headers, names without the prefix. Node reads header bytes as Latin-1,
 * and so does S3: UTF-8 text comes back read as Latin-1 and encoded again.
 * @throws ServiceFailure `MetadataTooLarge` above 2 KB of names and values
 */
export function readMetadata(headers: IncomingHttpHeaders): Record<string, string> {
  const entries: [string, string][] = [];
  let size = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(prefix) || value === undefined) continue;
    const text = Array.isArray(value) ? value.join(',') : value;
    entries.push([name.slice(prefix.length), text]);
    size += name.length - prefix.length + Buffer.byteLength(text, 'latin1');
  }
  if (size > limit) {
    throw new ServiceFailure(
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
    );
  }
  return Object.fromEntries(entries);
}

/** The values as S3 returns them: ASCII as it is, anything else as RFC 2047 encoded words. */
export function shownMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, encodeWords(value)]),
  );
}

export function metadataHeaders(
  metadata: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(shownMetadata(metadata)).map(([name, value]) => [prefix + name, value]),
  );
}

/** Encoded words may be 75 characters long: 45 bytes of base64 content fit. */
function encodeWords(value: string): string {
  if (/^[\x20-\x7e\t]*$/.test(value)) return value;
  const words: string[] = [];
  let word = Buffer.alloc(0);
  for (const character of value) {
    const bytes = Buffer.from(character, 'utf8');
    if (word.length + bytes.length > 45) {
      words.push(encodedWord(word));
      word = Buffer.alloc(0);
    }
    word = Buffer.concat([word, bytes]);
  }
  words.push(encodedWord(word));
  return words.join(' ');
}

const encodedWord = (bytes: Buffer) => `=?UTF-8?B?${bytes.toString('base64')}?=`;
