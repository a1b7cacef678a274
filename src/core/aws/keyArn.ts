import { describeKey } from './describeKey.js';
import { parseKmsKeyArn } from './kmsKeyArn.js';
import type { AwsSession } from './session.js';

/**
 * The key ARN that RDS wants, from an ARN, a key id or an alias. A key's own ARN is taken as it is,
 * without a call: the caller may not be allowed to describe a key that the instance may use.
 * @throws EngineError `arn/malformed`, `kms/not-a-key-arn`; `kms/…`, `aws/…` when KMS is asked
 */
export async function keyArn(
  session: AwsSession,
  key: string,
  signal?: AbortSignal,
): Promise<string> {
  const named = key.trim();
  if (named.startsWith('arn:') && parseKmsKeyArn(named).kind === 'key') return named;
  return (await describeKey(session, named, signal)).arn;
}
