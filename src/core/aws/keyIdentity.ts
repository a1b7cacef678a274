import { regionOfKey } from './kmsKeyArn.js';

/** True when two key ids or ARNs surely mean different KMS keys; an alias may mean any. */
export function surelyOtherKey(a: string, b: string): boolean {
  if (a.includes('alias/') || b.includes('alias/')) return false;
  const bothArns = a.startsWith('arn:') && b.startsWith('arn:');
  const [idA, idB] = [keyId(a), keyId(b)];
  // Replicas of a multi-Region key share the id and unwrap for each other.
  return bothArns && !idA.startsWith('mrk-') ? a !== b : idA !== idB;
}

/** The id at the end of a key's ARN, by which people tell keys; an id or alias name as it is. */
export const keyId = (key: string) => key.slice(key.lastIndexOf('/') + 1);

/** The region in a key's ARN; undefined for all else, also for an ARN that is none: it may be the fault. */
export function regionNamedBy(key: string): string | undefined {
  try {
    return regionOfKey(key);
  } catch {
    return undefined;
  }
}
