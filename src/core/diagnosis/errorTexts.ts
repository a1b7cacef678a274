import { EngineError } from '../errors.js';

/** An error as the AWS SDK, the SQL driver and Node build them. */
interface ChainedError extends Error {
  readonly code?: unknown;
  readonly precedingErrors?: unknown;
  readonly originalError?: unknown;
  readonly errors?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const deepest = 8;

/**
 * The texts of an error and of all that led to it, as `name: message`. Our own sentences count only
 * where nothing is behind them: they quote the original.
 */
export function errorTexts(error: unknown): string[] {
  const texts = new Set<string>();
  collect(error, texts, 0);
  return [...texts];
}

function collect(error: unknown, texts: Set<string>, depth: number): void {
  if (depth > deepest) return;
  if (!(error instanceof Error)) {
    if (typeof error === 'string') texts.add(error);
    return;
  }
  const { precedingErrors, originalError, errors, cause } = error as ChainedError;
  const behind = [precedingErrors, errors, originalError, cause].flat().filter(isWorthALook);
  if (!(error instanceof EngineError)) texts.add(textOf(error));
  else if (behind.length === 0) texts.add(error.message);
  for (const next of behind) collect(next, texts, depth + 1);
}

const isWorthALook = (value: unknown) => value instanceof Error || typeof value === 'string';

/**
 * S3 answers a HEAD without a body, so the SDK has no text and the status must say it; a bundled
 * error of Node (several addresses tried) has only a code.
 */
function textOf(error: ChainedError): string {
  const silent = error.message === '' || error.message === 'UnknownError';
  const status = error.$metadata?.httpStatusCode;
  if (silent && status === 403) return 'AccessDenied: Access Denied';
  if (silent && status === 301) return 'PermanentRedirect: UnknownError';
  if (silent && status === 404) return 'NotFound: UnknownError';
  if (error.message === '' && typeof error.code === 'string') return `${error.name}: ${error.code}`;
  return `${error.name}: ${error.message}`;
}
