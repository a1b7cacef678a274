import { ServiceFailure } from '../contract.js';
import type { QueryOperation } from '../http/operation.js';
import type { QueryInput } from '../http/queryInput.js';
import { type Access, denialMessage } from '../iam/access.js';
import type { IdentityStore } from '../iam/identityStore.js';
import type { Caller } from '../iam/records.js';
import { parsePolicy } from '../iam/policyDocument.js';
import { totpMatches } from '../iam/totp.js';

/** STS's API (AWS Security Token Service API Reference). */
export function stsOperations(
  identities: IdentityStore,
  access: Access,
): Record<string, QueryOperation> {
  return {
    GetCallerIdentity: (_, { caller }) => ({
      UserId: caller.userId,
      Account: caller.accountId,
      Arn: caller.arn,
    }),

    AssumeRole: async (input, call) => {
      const roleArn = input.required('RoleArn');
      const sessionName = input.required('RoleSessionName');
      if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw constraint('roleSessionName', sessionName);
      const mfa = checkMfa(input, call.caller, identities);
      const role = identities.roleByArn(roleArn);
      const question = {
        action: 'sts:AssumeRole',
        resource: roleArn,
        rule: 'resource' as const,
        context: {
          'aws:multifactorauthpresent': String(mfa),
          ...(mfa && { 'aws:multifactorauthage': '0' }),
          'sts:rolesessionname': sessionName,
          ...(input.text('ExternalId') !== undefined && {
            'sts:externalid': input.text('ExternalId') ?? '',
          }),
        },
        resourcePolicy: role && parsePolicy(role.trust, 'trust'),
      };
      // A role nobody may assume and a role that does not exist look the same from outside.
      const decision = access.decideTrust(call, question);
      if (role === undefined || !decision.allowed) {
        const message = denialMessage(call.caller, question, '').trim();
        throw new ServiceFailure('AccessDenied', message, 403);
      }
      const seconds = input.integer('DurationSeconds') ?? 3600;
      if (seconds < 900 || seconds > role.maxSessionSeconds) {
        throw new ServiceFailure(
          'ValidationError',
          'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
        );
      }
      const policy = input.text('Policy');
      if (policy !== undefined) parsePolicy(policy, 'identity');
      const session = await identities.createSession(
        { roleName: role.name, userName: undefined, sessionName, policy, mfa },
        seconds,
      );
      return {
        Credentials: credentials(session),
        AssumedRoleUser: {
          AssumedRoleId: `${role.id}:${sessionName}`,
          Arn: `arn:aws:sts::${identities.accountId}:assumed-role/${role.name}/${sessionName}`,
        },
        PackedPolicySize: policy === undefined ? undefined : Math.ceil(policy.length / 20.48),
      };
    },

    GetSessionToken: async (input, { caller }) => {
      if (caller.temporary) {
        throw new ServiceFailure(
          'AccessDenied',
          'Cannot call GetSessionToken with session credentials',
          403,
        );
      }
      const mfa = checkMfa(input, caller, identities);
      const seconds = input.integer('DurationSeconds') ?? 43_200;
      const session = await identities.createSession(
        { roleName: undefined, userName: caller.userName, sessionName: '', policy: undefined, mfa },
        Math.min(Math.max(seconds, 900), 129_600),
      );
      return { Credentials: credentials(session) };
    },

    GetAccessKeyInfo: (input) => {
      const key = identities.signingKey(input.required('AccessKeyId'));
      if (key === undefined) {
        throw new ServiceFailure(
          'ValidationError',
          'The access key does not belong to this sandbox.',
        );
      }
      return { Account: key.caller.accountId };
    },
  };
}

function credentials(session: {
  accessKeyId: string;
  secret: string;
  token: string;
  expires: number;
}) {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secret,
    SessionToken: session.token,
    Expiration: new Date(session.expires),
  };
}

/** True when the caller proved possession of a device; false when none was named. */
function checkMfa(input: QueryInput, caller: Caller, identities: IdentityStore): boolean {
  const serial = input.text('SerialNumber');
  const code = input.text('TokenCode');
  if (serial === undefined && code === undefined) return caller.mfa;
  const device = serial === undefined ? undefined : identities.mfaDevices[serial];
  const owner = caller.kind === 'root' ? 'root' : caller.userName;
  const matches =
    device !== undefined &&
    device.owner !== undefined &&
    device.owner === owner &&
    totpMatches(device.seed, code ?? '', Date.now());
  if (!matches) {
    throw new ServiceFailure(
      'AccessDenied',
      'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      403,
    );
  }
  return true;
}

const constraint = (name: string, value: string) =>
  new ServiceFailure(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
  );
