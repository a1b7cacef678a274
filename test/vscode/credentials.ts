import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SandboxInfo } from '../support/sandbox.js';

/**
 * As whom the editor works: the account's `owner`; `session`, temporary credentials of the role
 * `backup-operator`, which may do what uploading and restoring take; `expired`, such ones whose time is
 * over; `noBucketList`, a user with the same rights but `s3:ListAllMyBuckets`; `denied`, a user without
 * any right; `none`, no credentials and no profile.
 */
export type Identity = 'owner' | 'session' | 'expired' | 'noBucketList' | 'denied' | 'none';

export const profileName = 'sandbox';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Makes credentials for an identity; those for `expired` are still good until they are {@link expireSessions}. */
export async function keysFor(identity: Identity, info: SandboxInfo): Promise<Keys | undefined> {
  const config = {
    endpoint: info.endpointUrl,
    region: info.region,
    credentials: { accessKeyId: info.accessKeyId, secretAccessKey: info.secretAccessKey },
  };
  switch (identity) {
    case 'owner':
      return config.credentials;
    case 'session':
    case 'expired': {
      const sts = new STSClient(config);
      const { Credentials: made } = await sts.send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${info.accountId}:role/backup-operator`,
          RoleSessionName: 'editor',
        }),
      );
      sts.destroy();
      return {
        accessKeyId: made!.AccessKeyId!,
        secretAccessKey: made!.SecretAccessKey!,
        sessionToken: made!.SessionToken,
      };
    }
    case 'noBucketList':
      return user(new IAMClient(config), 'operator-without-bucket-list', operatorPolicy(info));
    case 'denied':
      return user(new IAMClient(config), 'newcomer');
    case 'none':
      return undefined;
  }
}

async function user(iam: IAMClient, name: string, policy?: string): Promise<Keys> {
  const UserName = `${name}-${Date.now().toString(36)}`;
  await iam.send(new CreateUserCommand({ UserName }));
  if (policy !== undefined) {
    await iam.send(
      new PutUserPolicyCommand({ UserName, PolicyName: 'rights', PolicyDocument: policy }),
    );
  }
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  iam.destroy();
  return { accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! };
}

const operatorPolicy = (info: SandboxInfo) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['rds:Describe*', 'kms:*', 's3:*'],
        Resource: '*',
      },
      { Effect: 'Deny', Action: 's3:ListAllMyBuckets', Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: `arn:aws:secretsmanager:*:${info.accountId}:*`,
      },
    ],
  });

/** Writes the two files that hold an AWS user's profiles, as `aws configure` does. */
export async function writeAwsFiles(
  folder: string,
  info: SandboxInfo,
  keys: Keys | undefined,
): Promise<void> {
  const config = keys === undefined ? '' : `[profile ${profileName}]\nregion = ${info.region}\n`;
  const lines = keys && [
    `[${profileName}]`,
    `aws_access_key_id = ${keys.accessKeyId}`,
    `aws_secret_access_key = ${keys.secretAccessKey}`,
    ...(keys.sessionToken === undefined ? [] : [`aws_session_token = ${keys.sessionToken}`]),
  ];
  await writeFile(path.join(folder, 'config'), config);
  await writeFile(path.join(folder, 'credentials'), (lines ?? []).map((l) => `${l}\n`).join(''), {
    mode: 0o600,
  });
}

/** Lets the time of all temporary credentials run out in the state folder of a stopped sandbox. */
export async function expireSessions(state: string): Promise<void> {
  const file = path.join(state, 'aws', 'credentials.json');
  const stored = JSON.parse(await readFile(file, 'utf8')) as {
    sessions: Record<string, { expires: number }>;
  };
  for (const session of Object.values(stored.sessions)) session.expires = Date.now() - 60_000;
  await writeFile(file, JSON.stringify(stored));
}
