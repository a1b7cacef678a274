import { EngineError, type SafeDetails } from '../errors.js';

/** Where a connection goes, for the sentences of its failures. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

interface DriverError extends Error {
  readonly code?: unknown;
  readonly number?: unknown;
  readonly state?: unknown;
  readonly class?: unknown;
  readonly procName?: unknown;
  readonly originalError?: unknown;
  readonly info?: unknown;
}

const connectionFailures = [
  'sql/unreachable',
  'sql/connection-lost',
  'sql/request-timeout',
  'sql/not-ready',
];

/** True when the same thing may work in a while over a new connection. */
export function isConnectionFailure(error: unknown): error is EngineError {
  return error instanceof EngineError && connectionFailures.includes(error.code);
}

/** A failure to connect and log in, as a sentence; the driver's error is its cause. */
export function connectFailure(cause: unknown, { host, port, user }: Target): EngineError {
  if (cause instanceof EngineError) return cause;
  const at = `${host}:${port}`;
  const text = messageOf(cause);
  const code = codeOf(cause);
  const tls = tlsCodeOf(cause);
  if (tls !== undefined) return tlsFailure(tls, at, cause);
  if (code === 'ELOGIN' && /Login failed for user/i.test(text)) {
    return new EngineError(
      'sql/login-failed',
      `${at} refused the login of ${user}. Check user name and password.`,
      { cause },
    );
  }
  // Any other answer to the login comes from an instance that starts, recovers or is full.
  if (code === 'ELOGIN') {
    return new EngineError('sql/not-ready', `${at} does not take the login: ${text}`, { cause });
  }
  if (code === 'ESOCKET' || code === 'ETIMEOUT' || code === undefined) {
    return new EngineError(
      'sql/unreachable',
      `${at} cannot be reached: ${text}. Check the endpoint, the security group of the instance, ` +
        'and the VPN or tunnel on the way.',
      { cause },
    );
  }
  return new EngineError('sql/connect-failed', `Connecting to ${at} failed: ${text}`, { cause });
}

/** A failure of a statement, as a sentence; the driver's error is its cause. */
export function statementFailure(cause: unknown, target: Target): EngineError {
  if (cause instanceof EngineError) return cause;
  const at = `${target.host}:${target.port}`;
  const text = messageOf(cause);
  switch (codeOf(cause)) {
    case 'EREQUEST':
      return new EngineError('sql/statement-failed', text, { cause, details: serverFacts(cause) });
    case 'ETIMEOUT':
      return new EngineError(
        'sql/request-timeout',
        `${at} did not answer the statement in time: ${text}`,
        { cause },
      );
    case 'ELOGIN':
      return connectFailure(cause, target);
    case 'EPARAM':
      return new EngineError('sql/bad-parameter', text, { cause });
    default:
      return new EngineError('sql/connection-lost', `The connection to ${at} broke: ${text}`, {
        cause,
      });
  }
}

function tlsFailure(tlsCode: string, at: string, cause: unknown): EngineError {
  const text = messageOf(cause);
  const advice =
    tlsCode === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? 'The certificate is for another name: connect by the endpoint that RDS shows, or state that ' +
        'name as the one to expect when you go through a tunnel.'
      : 'If a proxy or your own CA vouches for it, give that CA as a PEM file.';
  return new EngineError(
    'sql/tls-not-verified',
    `The identity of ${at} could not be verified, so nothing was sent: ${text}. ${advice}`,
    { cause, details: { tlsCode } },
  );
}

const tlsCodes =
  /^(?:ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH$)/;

/** Code of the TLS failure among the causes. */
function tlsCodeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    const { code, originalError } = at as DriverError;
    if (typeof code === 'string' && tlsCodes.test(code)) return code;
    at = originalError ?? at.cause;
  }
  return undefined;
}

/**
 * The driver's code. The driver wraps a socket failure in the middle of a request as EREQUEST; its
 * real code is in `originalError.info`.
 */
function codeOf(error: unknown): string | undefined {
  const { code, originalError } = error as DriverError;
  const inner = originalError instanceof Error ? (originalError as DriverError) : undefined;
  const info = inner?.info instanceof Error ? (inner.info as DriverError) : undefined;
  const found = info?.code ?? inner?.code ?? code;
  return typeof found === 'string' ? found : undefined;
}

function serverFacts(error: unknown): SafeDetails {
  const { number, state, class: severity, procName } = error as DriverError;
  return {
    ...(typeof number === 'number' && { number }),
    ...(typeof state === 'number' && { state }),
    ...(typeof severity === 'number' && { class: severity }),
    ...(typeof procName === 'string' && procName !== '' && { procedure: procName }),
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
