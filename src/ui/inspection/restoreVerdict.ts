import type { EnvelopeFacts } from '../../core/inspection/inspection.js';
import { EngineError } from '../../core/errors.js';
import { failureSentence } from '../failures/failureSentence.js';

/** Whether RDS can restore an object in S3, and with what. */
export type RestoreVerdict =
  /** Not client-side encrypted. */
  | { readonly kind: 'no-key' }
  | { readonly kind: 'with-key'; readonly keyArn: string }
  /** Documented, but no restore of such an object has been seen. */
  | { readonly kind: 'unproven'; readonly why: string }
  /** RDS may hold rights that this user lacks. */
  | { readonly kind: 'not-opened'; readonly why: string }
  | { readonly kind: 'never'; readonly why: string };

/** Failures that lie in the object itself: nobody can decrypt it, with whatever rights. */
const damage = /^(?:envelope\/|s3\/archived$|kms\/wrong-context-or-blob$)/;

export function restoreVerdict(
  { readability, keyArn }: EnvelopeFacts,
  error?: unknown,
): RestoreVerdict {
  if (readability === undefined) return { kind: 'no-key' };
  const { canRead, why } = readability.rds;
  if (canRead === 'no') return { kind: 'never', why };
  if (error !== undefined) {
    const damaged = error instanceof EngineError && damage.test(error.code);
    return { kind: damaged ? 'never' : 'not-opened', why: failureSentence(error) };
  }
  if (canRead === 'unproven' || keyArn === undefined) return { kind: 'unproven', why };
  return { kind: 'with-key', keyArn };
}

/** Codicon of a verdict; pass, warning and error are told apart by shape as well as by colour. */
export const verdictIcon = {
  'no-key': 'pass',
  'with-key': 'pass',
  unproven: 'warning',
  'not-opened': 'warning',
  never: 'error',
} as const satisfies Record<RestoreVerdict['kind'], string>;
