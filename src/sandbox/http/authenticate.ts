import type { IdentityStore } from '../iam/identityStore.js';
import type { Caller } from '../iam/records.js';
import { type AuthFault, allowedSkewMs } from './authErrors.js';
import type { Authorization } from './authorization.js';
import { canonicalRequest, sameSignature, sign, signingKey, stringToSign } from './sigv4.js';
import type { QueryParameter } from './uri.js';

/** The parts of a request that its signature covers. */
export interface RequestLine {
  readonly method: string;
  readonly rawPath: string;
  readonly query: readonly QueryParameter[];
  readonly rawHeaders: readonly string[];
}

export interface Authenticated {
  readonly caller: Caller;
  /** For the signatures of aws-chunked bodies, which continue the request's. */
  readonly signingKey: Buffer;
}

/**
 * Checks who signed a request.
 * @param payloadHash what stands for the body in the canonical request
 * @param now real time in milliseconds: clients sign with their own clocks, which no scale applies to
 */
export function authenticate(
  request: RequestLine,
  authorization: Authorization,
  payloadHash: string,
  identities: IdentityStore,
  now: number,
): Authenticated | AuthFault {
  const { accessKeyId, scope, time, expiresIn, token } = authorization;
  const key = identities.signingKey(accessKeyId);
  if (key === undefined) return { kind: 'unknown-key', accessKeyId };
  if (key.token !== token) return { kind: 'bad-token' };

  const expires = time + (expiresIn ?? 0) * 1000;
  if (time - now > allowedSkewMs || (expiresIn === undefined && now - time > allowedSkewMs)) {
    return { kind: 'skewed', time, now };
  }
  if (expiresIn !== undefined && now > expires) return { kind: 'url-expired', expires, now };

  const canonical = canonicalRequest({
    ...request,
    signedHeaders: authorization.signedHeaders,
    payloadHash,
    service: scope.service,
  });
  const text = stringToSign(authorization.amzDate, scope, canonical);
  const signing = signingKey(key.secret, scope);
  if (!sameSignature(sign(signing, text), authorization.signature)) {
    return {
      kind: 'bad-signature',
      accessKeyId,
      canonicalRequest: canonical,
      stringToSign: text,
      signature: authorization.signature,
    };
  }
  // Only a caller who knows the secret is told that the session has ended.
  if (key.expires !== undefined && now > key.expires) return { kind: 'expired-token' };
  return { caller: key.caller, signingKey: signing };
}

/** `x-amz-` headers a client sends must be signed, or anyone on the way could add one. */
export function unsignedAmzHeader(
  rawHeaders: readonly string[],
  signedHeaders: readonly string[],
): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) return name;
  }
  return undefined;
}
