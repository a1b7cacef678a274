import { ServiceFailure } from '../contract.js';
import { DetailedFailure, type Protocol } from './protocol.js';
import { formatAmzDate } from './sigv4.js';

/** What can be wrong with a request's proof of identity. */
export type AuthFault =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'version-2' }
  | { readonly kind: 'malformed'; readonly why: string }
  | { readonly kind: 'unknown-key'; readonly accessKeyId: string }
  | { readonly kind: 'bad-token' }
  | { readonly kind: 'expired-token' }
  | { readonly kind: 'skewed'; readonly time: number; readonly now: number }
  | { readonly kind: 'url-expired'; readonly expires: number; readonly now: number }
  | {
      readonly kind: 'bad-signature';
      readonly accessKeyId: string;
      readonly canonicalRequest: string;
      readonly stringToSign: string;
      readonly signature: string;
    };

export const allowedSkewMs = 15 * 60 * 1000;

const onlyVersion4 =
  'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your ' +
  'AWS Secret Access Key and signing method. Consult the service documentation for details.';

/** The fault in the code, status and words of the protocol: each family of services has its own. */
export function authFailure(protocol: Protocol, fault: AuthFault): ServiceFailure {
  if (protocol === 's3') return s3Failure(fault);
  const [code, message, status] = describe(fault);
  const names = codes[code][protocol];
  return new ServiceFailure(names, message, protocol === 'json' ? 400 : status);
}

type Code = 'missing' | 'incomplete' | 'token' | 'expired' | 'signature';

const codes: Readonly<Record<Code, Readonly<Record<Exclude<Protocol, 's3'>, string>>>> = {
  missing: {
    query: 'MissingAuthenticationToken',
    ec2: 'MissingAuthenticationToken',
    json: 'MissingAuthenticationTokenException',
  },
  incomplete: {
    query: 'IncompleteSignature',
    ec2: 'IncompleteSignature',
    json: 'IncompleteSignatureException',
  },
  token: { query: 'InvalidClientTokenId', ec2: 'AuthFailure', json: 'UnrecognizedClientException' },
  expired: { query: 'ExpiredToken', ec2: 'RequestExpired', json: 'ExpiredTokenException' },
  signature: {
    query: 'SignatureDoesNotMatch',
    ec2: 'SignatureDoesNotMatch',
    json: 'InvalidSignatureException',
  },
};

function describe(fault: AuthFault): [Code, string, number] {
  switch (fault.kind) {
    case 'anonymous':
      return ['missing', 'Request is missing Authentication Token', 403];
    case 'version-2':
      return ['incomplete', onlyVersion4, 400];
    case 'malformed':
      return ['incomplete', fault.why, 400];
    case 'unknown-key':
    case 'bad-token':
      return ['token', 'The security token included in the request is invalid.', 403];
    case 'expired-token':
      return ['expired', 'The security token included in the request is expired', 403];
    case 'skewed':
      return ['signature', skewText(fault.time, fault.now), 403];
    case 'url-expired':
      return ['signature', skewText(fault.expires, fault.now), 403];
    case 'bad-signature':
      return ['signature', mismatch, 403];
  }
}

function skewText(time: number, now: number): string {
  const [earlier, bound, sign] =
    time < now
      ? (['expired', now - allowedSkewMs, '-'] as const)
      : (['not yet current', now + allowedSkewMs, '+'] as const);
  const relation = time < now ? 'earlier' : 'later';
  return (
    `Signature ${earlier}: ${formatAmzDate(time)} is now ${relation} than ` +
    `${formatAmzDate(bound)} (${formatAmzDate(now)} ${sign} 15 min.)`
  );
}

function s3Failure(fault: AuthFault): ServiceFailure {
  switch (fault.kind) {
    case 'anonymous':
      return new ServiceFailure('AccessDenied', 'Access Denied', 403);
    case 'version-2':
      return new ServiceFailure('InvalidRequest', onlyVersion4, 400);
    case 'malformed':
      return new ServiceFailure(
        'AuthorizationHeaderMalformed',
        `The authorization header is malformed; ${fault.why}`,
        400,
      );
    case 'unknown-key':
      return new DetailedFailure(
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records.',
        403,
        { AWSAccessKeyId: fault.accessKeyId },
      );
    case 'bad-token':
      return new ServiceFailure(
        'InvalidToken',
        'The provided token is malformed or otherwise invalid.',
        400,
      );
    case 'expired-token':
      return new ServiceFailure('ExpiredToken', 'The provided token has expired.', 400);
    case 'skewed':
      return new DetailedFailure(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        403,
        {
          RequestTime: formatAmzDate(fault.time),
          ServerTime: new Date(fault.now).toISOString(),
          MaxAllowedSkewMilliseconds: String(allowedSkewMs),
        },
      );
    case 'url-expired':
      return new DetailedFailure('AccessDenied', 'Request has expired', 403, {
        Expires: new Date(fault.expires).toISOString(),
        ServerTime: new Date(fault.now).toISOString(),
      });
    case 'bad-signature':
      return new DetailedFailure(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check ' +
          'your key and signing method.',
        403,
        {
          AWSAccessKeyId: fault.accessKeyId,
          StringToSign: fault.stringToSign,
          SignatureProvided: fault.signature,
          CanonicalRequest: fault.canonicalRequest,
        },
      );
  }
}
