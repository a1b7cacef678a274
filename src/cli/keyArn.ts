import { describeKey } from '../core/aws/describeKey.js';
import { parseKmsKeyArn } from '../core/aws/kmsKeyArn.js';
import { type AwsSession } from '../core/aws/session.js';

/**
 * The key ARN that RDS wants, from an ARN, a key id or an alias. A key's own ARN is taken as it is,
 * without a call: the caller may not be allowed to describe a key that the instance may use.
 */
export async function keyArn(
  key: string,
  session: AwsSession,
  signal: AbortSignal,
): Promise<string> {
  if (key.startsWith('arn:') && parseKmsKeyArn(key).kind === 'key') return key;
  return (await describeKey(session, key, signal)).arn;
}
