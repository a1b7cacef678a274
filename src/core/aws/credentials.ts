import type { AwsCredentialIdentity } from '@smithy/types';
import { assumeRole, assumeRoleWithWebIdentity, type StsPlace } from './assumeRole.js';
import { credentialsFailure } from './credentialErrors.js';
import type { SessionOptions, SessionSettings } from './settings.js';

export type CredentialSource = (o?: { forceRefresh?: boolean }) => Promise<AwsCredentialIdentity>;

/** As early as the SDK's clients ask for new ones, so that none is used up in the middle of a call. */
const refreshBeforeMs = 5 * 60_000;
/**
 * Credentials without an expiry may still have one that only their issuer knows (tools that write
 * session tokens into the credentials file), so they are read again this often.
 */
const rereadMs = 10 * 60_000;

/**
 * The session's credentials: one source for all clients, so that nobody is asked twice for an MFA
 * code, read again from files, environment and STS shortly before they expire.
 */
export function sessionCredentials(o: SessionOptions, settings: SessionSettings): CredentialSource {
  return refreshed(async () => {
    try {
      return await readCredentials(o, settings);
    } catch (error) {
      throw credentialsFailure(error, settings.profile, o.roleArn);
    }
  });
}

/** Keeps what `read` returned until shortly before it expires. One read at a time. */
export function refreshed(
  read: () => Promise<AwsCredentialIdentity>,
  now: () => number = Date.now,
): CredentialSource {
  let current: AwsCredentialIdentity | undefined;
  let reading: Promise<AwsCredentialIdentity> | undefined;
  const left = () => (current?.expiration?.getTime() ?? 0) - now();
  return async ({ forceRefresh = false } = {}) => {
    if (current && left() > refreshBeforeMs && !forceRefresh) return current;
    reading ??= read().finally(() => (reading = undefined));
    try {
      const fresh = await reading;
      const readAgain = new Date(now() + rereadMs + refreshBeforeMs);
      current = { ...fresh, expiration: fresh.expiration ?? readAgain };
    } catch (error) {
      // A failed refresh is no reason to stop while what we have still works.
      if (!current || left() <= 0) throw error;
    }
    return current;
  };
}

async function readCredentials(
  o: SessionOptions,
  settings: SessionSettings,
): Promise<AwsCredentialIdentity> {
  const own = o.credentials ?? (await fromProfileOrEnvironment(o, settings));
  if (o.roleArn === undefined) return own;
  return assumeRole(stsPlace(settings), own, {
    RoleArn: o.roleArn,
    RoleSessionName: `rds-backup-${Date.now()}`,
    ...(o.mfaSerial !== undefined && {
      SerialNumber: o.mfaSerial,
      TokenCode: await askForCode(o, o.mfaSerial),
    }),
  });
}

async function fromProfileOrEnvironment(
  o: SessionOptions,
  settings: SessionSettings,
): Promise<AwsCredentialIdentity> {
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  const { profile } = settings;
  const place = stsPlace(settings);
  // A new chain every time: a chain remembers credentials that do not say when they expire.
  return fromNodeProviderChain({
    ...(profile !== undefined && { profile }),
    ...(o.mfaCode && { mfaCodeProvider: o.mfaCode }),
    ignoreCache: true,
    logger: quiet,
    roleAssumer: (source, params) => assumeRole(place, source, params),
    roleAssumerWithWebIdentity: (params) => assumeRoleWithWebIdentity(place, params),
  })();
}

const stsPlace = ({ region, endpointOf }: SessionSettings): StsPlace => ({
  region,
  endpointUrl: endpointOf('STS'),
});

async function askForCode({ mfaCode }: SessionOptions, serial: string): Promise<string> {
  if (mfaCode) return mfaCode(serial);
  throw new Error(`${serial} requires multi-factor authentication`);
}

/** Without one, the chain prints its remarks to the console. */
const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
