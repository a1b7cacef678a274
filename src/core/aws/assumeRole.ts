import type { AssumeRoleCommandInput, Credentials, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';

/** Where STS is asked. */
export interface StsPlace {
  readonly region: string;
  readonly endpointUrl: string | undefined;
}

type WebIdentity = { RoleArn: string; RoleSessionName: string; WebIdentityToken: string };

/** STS AssumeRole with the given credentials. */
export async function assumeRole(
  place: StsPlace,
  source: AwsCredentialIdentity,
  input: AssumeRoleCommandInput,
): Promise<AwsCredentialIdentity> {
  const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
  return withSts(place, source, async (sts) => {
    const answer = await sts.send(new AssumeRoleCommand(input));
    return identity(answer.Credentials, input.RoleArn);
  });
}

/** STS AssumeRoleWithWebIdentity; the token is the proof, so the call is not signed. */
export async function assumeRoleWithWebIdentity(
  place: StsPlace,
  input: WebIdentity,
): Promise<AwsCredentialIdentity> {
  const { AssumeRoleWithWebIdentityCommand } = await import('@aws-sdk/client-sts');
  return withSts(place, undefined, async (sts) => {
    const answer = await sts.send(new AssumeRoleWithWebIdentityCommand(input));
    return identity(answer.Credentials, input.RoleArn);
  });
}

async function withSts<T>(
  { region, endpointUrl }: StsPlace,
  credentials: AwsCredentialIdentity | undefined,
  use: (sts: STSClient) => Promise<T>,
): Promise<T> {
  const { STSClient } = await import('@aws-sdk/client-sts');
  const sts = new STSClient({
    region,
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    ...(credentials !== undefined && { credentials }),
  });
  try {
    return await use(sts);
  } finally {
    sts.destroy();
  }
}

function identity(
  credentials: Credentials | undefined,
  role: string | undefined,
): AwsCredentialIdentity {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
    throw new Error(`STS sent no credentials for ${role ?? 'the role'}`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    ...(Expiration && { expiration: Expiration }),
  };
}
