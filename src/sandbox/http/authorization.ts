import { parseAmzDate, type CredentialScope } from './sigv4.js';
import type { QueryParameter } from './uri.js';

/** What a request says of its own signature, before anything is checked. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `x-amz-date`. */
  readonly amzDate: string;
  /** The same in milliseconds since 1970. */
  readonly time: number;
  readonly token: string | undefined;
  /** Validity of a presigned URL in seconds; undefined for header authorization. */
  readonly expiresIn: number | undefined;
}

export type AuthorizationReading =
  | { readonly kind: 'signed'; readonly authorization: Authorization }
  | { readonly kind: 'anonymous' }
  /** Signature Version 2, as old clients of S3 sign and as AWS CLI 1 presigns. */
  | { readonly kind: 'version-2' }
  | { readonly kind: 'malformed'; readonly why: string };

const malformed = (why: string): AuthorizationReading => ({ kind: 'malformed', why });

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Reads the Authorization header or the presigned query. */
export function readAuthorization(
  headers: Headers,
  query: readonly QueryParameter[],
): AuthorizationReading {
  const header = headers['authorization'];
  const parameter = (name: string) => query.find((item) => item.name === name)?.value;
  if (typeof header === 'string') return readHeader(header, headers);
  if (parameter('X-Amz-Algorithm') !== undefined) return readPresigned(parameter);
  if (parameter('AWSAccessKeyId') !== undefined) return { kind: 'version-2' };
  return { kind: 'anonymous' };
}

function readHeader(header: string, headers: Headers): AuthorizationReading {
  const [, algorithm, rest = ''] = /^(\S+)\s+(.*)$/.exec(header) ?? [];
  if (algorithm === 'AWS') return { kind: 'version-2' };
  if (algorithm !== 'AWS4-HMAC-SHA256') {
    return malformed(`Unsupported Authorization Type: ${(algorithm ?? header).slice(0, 40)}`);
  }
  const fields = new Map<string, string>();
  for (const field of rest.split(',')) {
    const at = field.indexOf('=');
    if (at > 0) fields.set(field.slice(0, at).trim(), field.slice(at + 1).trim());
  }
  const date = headers['x-amz-date'];
  const token = headers['x-amz-security-token'];
  return assemble({
    credential: fields.get('Credential'),
    signedHeaders: fields.get('SignedHeaders'),
    signature: fields.get('Signature'),
    amzDate: typeof date === 'string' ? date : undefined,
    token: typeof token === 'string' ? token : undefined,
    expiresIn: undefined,
  });
}

function readPresigned(parameter: (name: string) => string | undefined): AuthorizationReading {
  if (parameter('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') {
    return malformed('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  }
  const expires = parameter('X-Amz-Expires') ?? '900';
  const expiresIn = /^\d{1,6}$/.test(expires) ? Number(expires) : NaN;
  if (!(expiresIn >= 1 && expiresIn <= 604_800)) {
    return malformed('X-Amz-Expires must be between 1 and 604800 seconds');
  }
  return assemble({
    credential: parameter('X-Amz-Credential'),
    signedHeaders: parameter('X-Amz-SignedHeaders'),
    signature: parameter('X-Amz-Signature'),
    amzDate: parameter('X-Amz-Date'),
    token: parameter('X-Amz-Security-Token'),
    expiresIn,
  });
}

function assemble(fields: {
  credential: string | undefined;
  signedHeaders: string | undefined;
  signature: string | undefined;
  amzDate: string | undefined;
  token: string | undefined;
  expiresIn: number | undefined;
}): AuthorizationReading {
  const { credential, signedHeaders, signature, amzDate, token, expiresIn } = fields;
  if (credential === undefined) return malformed("missing 'Credential' parameter.");
  if (signedHeaders === undefined) return malformed("missing 'SignedHeaders' parameter.");
  if (signature === undefined) return malformed("missing 'Signature' parameter.");
  if (amzDate === undefined) return malformed("missing 'X-Amz-Date'.");
  const time = parseAmzDate(amzDate);
  if (time === undefined) return malformed('Date must be in ISO8601 basic format.');

  const parts = credential.split('/');
  const [terminator, service, region, date] = parts.splice(-4).reverse();
  const accessKeyId = parts.join('/');
  if (terminator !== 'aws4_request' || !service || !region || !date || accessKeyId === '') {
    return malformed(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  if (!amzDate.startsWith(date)) {
    return malformed(`Invalid credential date "${date}". This date is not the same as X-Amz-Date.`);
  }
  const names = signedHeaders.split(';');
  if (!names.includes('host')) return malformed("'Host' must be a 'SignedHeader'.");
  return {
    kind: 'signed',
    authorization: {
      accessKeyId,
      scope: { date, region, service },
      signedHeaders: names,
      signature,
      amzDate,
      time,
      token,
      expiresIn,
    },
  };
}
