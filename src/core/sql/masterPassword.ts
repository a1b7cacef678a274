import { parseArn } from '../aws/arn.js';
import { awsFailure } from '../aws/awsErrors.js';
import type { Instance } from '../aws/instances.js';
import type { AwsSession } from '../aws/session.js';
import { EngineError } from '../errors.js';

/**
 * The master password of an instance whose password RDS manages, read from Secrets Manager. Read it
 * for every connection: RDS rotates it.
 * @throws EngineError `sql/no-master-secret`, `sql/bad-master-secret`, `aws/…`
 */
export async function masterPassword(
  session: AwsSession,
  instance: Pick<Instance, 'id' | 'masterSecret'>,
  signal?: AbortSignal,
): Promise<string> {
  const { id, masterSecret } = instance;
  if (!masterSecret) {
    throw new EngineError(
      'sql/no-master-secret',
      `RDS does not manage the master password of ${id}, so there is no secret to read it from. ` +
        'Enter the password.',
    );
  }
  const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const secrets = await session.secretsManager(parseArn(masterSecret.arn).region);
  let secret: string | undefined;
  try {
    const command = new GetSecretValueCommand({ SecretId: masterSecret.arn });
    secret = (await secrets.send(command, signal && { abortSignal: signal })).SecretString;
  } catch (error) {
    throw awsFailure(`Reading the master password of ${id} from ${masterSecret.arn}`, error);
  }
  return passwordIn(secret, id);
}

/** The secret is `{"username":…,"password":…}`. Its text never goes into an error. */
function passwordIn(secret: string | undefined, id: string): string {
  let content: unknown;
  try {
    content = JSON.parse(secret ?? '');
  } catch {
    content = undefined;
  }
  if (typeof content === 'object' && content !== null && 'password' in content) {
    if (typeof content.password === 'string') return content.password;
  }
  throw new EngineError(
    'sql/bad-master-secret',
    `The master secret of ${id} does not hold a password in the form that RDS writes.`,
  );
}
