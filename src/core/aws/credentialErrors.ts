import { EngineError } from '../errors.js';

/** A failure to get credentials as a sentence that says what to do; the SDK's error is its cause. */
export function credentialsFailure(
  cause: unknown,
  profile: string | undefined,
  roleArn: string | undefined,
): EngineError {
  if (cause instanceof EngineError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const option = profile === undefined ? '' : ` --profile ${profile}`;
  const whose = profile === undefined ? '' : ` of profile “${profile}”`;
  const fail = (code: string, sentence: string) => new EngineError(code, sentence, { cause });
  if (/\bSSO\b|Token is expired/i.test(text)) {
    return fail(
      'aws/sso-expired',
      `The SSO session${whose} is missing or has expired. Sign in again: aws sso login${option}`,
    );
  }
  if (/requires multi-factor authentication/i.test(text)) {
    return fail(
      'aws/mfa-required',
      `The credentials${whose} need the code of an MFA device, and there is nobody to ask for it.`,
    );
  }
  if (/MultiFactorAuthentication failed/i.test(text)) {
    return fail('aws/mfa-refused', `AWS did not accept the MFA code: ${text}`);
  }
  if (/Could not load credentials from any providers/i.test(text)) {
    return fail(
      'aws/no-credentials',
      'No AWS credentials were found. State a profile, sign in with aws sso login, or set ' +
        'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  }
  if (/AccessDenied/.test(cause instanceof Error ? cause.name : '')) {
    const role = roleArn ?? (profile === undefined ? 'the role' : `the role${whose}`);
    return fail('aws/role-refused', `AWS does not let you assume ${role}: ${text}`);
  }
  return fail('aws/credentials', `The AWS credentials${whose} could not be read: ${text}`);
}
