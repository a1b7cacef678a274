import { parseKmsKeyArn } from '../core/aws/kmsKeyArn.js';
import { type AwsSession } from '../core/aws/session.js';
import { EngineError } from '../core/errors.js';

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
  const { DescribeKeyCommand } = await import('@aws-sdk/client-kms');
  const kms = await session.kms();
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }), {
    abortSignal: signal,
  });
  if (KeyMetadata?.Arn !== undefined) return KeyMetadata.Arn;
  throw new EngineError('cli/no-key-arn', `KMS does not say which key ${key} is.`);
}
