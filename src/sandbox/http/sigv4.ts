/** Signature Version 4, as in the AWS General Reference, "Create a signed AWS API request". */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type QueryParameter, uriDecode, uriEncode } from './uri.js';

export interface CredentialScope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const scopeText = (scope: CredentialScope) =>
  `${scope.date}/${scope.region}/${scope.service}/aws4_request`;

export interface CanonicalInput {
  readonly method: string;
  /** The path as it stood in the request line, without the query. */
  readonly rawPath: string;
  readonly query: readonly QueryParameter[];
  /** Name and value alternating, as Node gives them: values as Latin-1 strings of the bytes sent. */
  readonly rawHeaders: readonly string[];
  /** Lower-case names in the order they were signed. */
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  readonly service: string;
}

/** The canonical request, as a Latin-1 string so that header bytes survive unchanged. */
export function canonicalRequest(input: CanonicalInput): string {
  const { method, query, signedHeaders, payloadHash } = input;
  const headers = signedHeaders.map((name) => `${name}:${headerValue(input.rawHeaders, name)}\n`);
  return [
    method,
    canonicalPath(input.rawPath, input.service),
    canonicalQuery(query),
    headers.join(''),
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** S3 encodes a path once and keeps it as it is; every other service normalises and encodes twice. */
function canonicalPath(rawPath: string, service: string): string {
  if (service === 's3') return encodeOnce(rawPath);
  const segments: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(uriEncode(encodeOnce(segment)));
  }
  const trailing = rawPath.length > 1 && rawPath.endsWith('/') && segments.length > 0 ? '/' : '';
  return `/${segments.join('/')}${trailing}`;
}

/** Clients may leave characters such as `!` as they are; what they signed is always the strict form. */
function encodeOnce(rawPath: string): string {
  return rawPath
    .split('/')
    .map((segment) => {
      const decoded = uriDecode(segment);
      return decoded === undefined ? segment : uriEncode(decoded);
    })
    .join('/');
}

function canonicalQuery(query: readonly QueryParameter[]): string {
  return query
    .filter((parameter) => parameter.name !== 'X-Amz-Signature')
    .map((parameter) => [uriEncode(parameter.name), uriEncode(parameter.value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function headerValue(rawHeaders: readonly string[], name: string): string {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === name) {
      values.push((rawHeaders[i + 1] ?? '').trim().replace(/ {2,}/g, ' '));
    }
  }
  return values.join(',');
}

/** The text that is signed for a whole request. */
export function stringToSign(amzDate: string, scope: CredentialScope, canonical: string): string {
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  return ['AWS4-HMAC-SHA256', amzDate, scopeText(scope), hash].join('\n');
}

export function signingKey(secret: string, scope: CredentialScope): Buffer {
  const hmac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest();
  const day = hmac(`AWS4${secret}`, scope.date);
  return hmac(hmac(hmac(day, scope.region), scope.service), 'aws4_request');
}

export function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Compares hex signatures in constant time. */
export function sameSignature(a: string, b: string): boolean {
  const left = Buffer.from(a, 'latin1');
  const right = Buffer.from(b, 'latin1');
  return left.length === right.length && timingSafeEqual(left, right);
}

/** `20240131T235959Z` as milliseconds; undefined when it is not such a stamp. */
export function parseAmzDate(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (second === undefined) return undefined;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

export function formatAmzDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
