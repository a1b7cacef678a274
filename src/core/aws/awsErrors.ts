import { CancelledError, EngineError, isCancelled } from '../errors.js';

interface ServiceError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const unreachableCodes =
  /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)$/;

/** HTTP status of an SDK error; undefined when no answer came. */
export const httpStatus = (error: unknown) =>
  (error as ServiceError | undefined)?.$metadata?.httpStatusCode;

/** True when the SDK could not read the answer, which is then hardly from AWS: a page of a proxy. */
export const isUnreadable = (error: unknown) =>
  error instanceof Error && /Deserialization error: to see the raw response/.test(error.message);

/**
 * A failed AWS call as a sentence. `doing` names it (“Listing the instances in eu-west-1”); the SDK's
 * error is the cause. Our own errors and cancellation pass through.
 */
export function awsFailure(doing: string, cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  if (isCancelled(cause)) return new CancelledError(cause);
  const error: ServiceError = cause instanceof Error ? cause : new Error(String(cause));
  const { name, message, code } = error;
  if (isUnreadable(error)) {
    const answer = `an answer that is not in AWS’s form came back (HTTP ${httpStatus(error) ?? 'status unknown'})`;
    return new EngineError(
      'aws/unreadable-answer',
      `${doing} failed: ${answer}. Check the proxy on the way and the endpoint.`,
      { cause },
    );
  }
  const text = message === '' || message === 'UnknownError' ? name : `${name}: ${message}`;
  const sentence = `${doing} failed: ${text}`;
  // Some services say with 403 that a token has expired.
  if (/^(?:ExpiredToken|RequestExpired)/.test(name)) {
    return new EngineError('aws/expired-token', `${sentence}. Sign in again.`, { cause });
  }
  if (/^(?:AccessDenied|UnauthorizedOperation)/.test(name) || httpStatus(cause) === 403) {
    return new EngineError('aws/access-denied', sentence, { cause });
  }
  if (name === 'TimeoutError' || unreachableCodes.test(String(code))) {
    const where = 'Check the network, the proxy and the endpoint.';
    return new EngineError('aws/unreachable', `${sentence}. ${where}`, { cause });
  }
  return new EngineError('aws/call-failed', sentence, { cause });
}
