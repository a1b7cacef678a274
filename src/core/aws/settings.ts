import type { AwsCredentialIdentity } from '@smithy/types';
import { EngineError } from '../errors.js';
import { type ProfileSettings, readProfiles } from './profiles.js';

/** Where and as whom to work, as stated by the user. */
export interface SessionOptions {
  readonly profile?: string | undefined;
  /** Keys given in memory. They win over profile and environment, and no profile is looked at. */
  readonly credentials?: AwsCredentialIdentity | undefined;
  readonly region?: string | undefined;
  /** Sends every call there instead of to AWS. */
  readonly endpointUrl?: string | undefined;
  /** Asks for the code of the MFA device with this serial number. */
  readonly mfaCode?: ((serial: string) => Promise<string>) | undefined;
  /** Role to assume with the credentials of the profile or the environment. */
  readonly roleArn?: string | undefined;
  /** MFA device that this role asks for. */
  readonly mfaSerial?: string | undefined;
  /**
   * Called when the credentials of a session that has worked are used up: they cannot be read any
   * more, or AWS refuses them as expired. Resolves when the user has signed in again; credentials are
   * then read anew, and what was refused is sent again. Rejects when the user gives up, and the
   * requests that wait fail with `error`. There is one call at a time, for all who wait.
   */
  readonly onCredentialsExpired?: ((error: EngineError) => Promise<void>) | undefined;
}

/** Services as the variables AWS_ENDPOINT_URL_… name them. */
export type Service = 'S3' | 'KMS' | 'RDS' | 'STS' | 'SECRETS_MANAGER';

/** Where and as whom a session works, after environment and profile have been asked. */
export interface SessionSettings {
  /** Stated by option or AWS_PROFILE; undefined lets environment credentials come first. */
  readonly profile: string | undefined;
  readonly region: string;
  /** Stated by option, AWS_ENDPOINT_URL or the profile. */
  readonly endpointUrl: string | undefined;
  /** The same, unless AWS_ENDPOINT_URL_… names another for the service. */
  readonly endpointOf: (service: Service) => string | undefined;
}

/** True for what can be a region, known to us or not. */
export const isRegion = (text: string) => /^[a-z]{2,4}(?:-[a-z]+)+-\d+$/.test(text);

/**
 * Region from the option, AWS_REGION, AWS_DEFAULT_REGION or the profile; endpoint likewise.
 * @throws EngineError `aws/no-region`, `aws/bad-region`, `aws/no-such-profile`, `aws/bad-endpoint`
 */
export async function resolveSettings(o: SessionOptions): Promise<SessionSettings> {
  const { env } = process;
  const profileName = o.credentials ? undefined : (o.profile ?? (env['AWS_PROFILE'] || undefined));
  const profile: ProfileSettings = o.credentials ? {} : await readProfile(profileName);
  const region = o.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || profile['region']);
  const ignored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true';
  const configured = ignored ? undefined : env['AWS_ENDPOINT_URL'] || profile['endpoint_url'];
  const endpointUrl = checkedUrl(o.endpointUrl ?? configured);
  return {
    profile: profileName,
    region: checkedRegion(region, profileName),
    endpointUrl,
    // The SDK would look only at the profile that AWS_PROFILE names.
    endpointOf: (service) =>
      o.endpointUrl === undefined && !ignored
        ? env[`AWS_ENDPOINT_URL_${service}`] || endpointUrl
        : endpointUrl,
  };
}

async function readProfile(name: string | undefined): Promise<ProfileSettings> {
  const profiles = await readProfiles();
  if (name !== undefined && !profiles.has(name)) {
    const names = [...profiles.keys()].join(', ');
    const known = names === '' ? 'There are no profiles.' : `Known: ${names}.`;
    throw new EngineError(
      'aws/no-such-profile',
      `There is no AWS profile “${name}” in the AWS config and credentials files. ${known}`,
    );
  }
  return profiles.get(name ?? 'default') ?? {};
}

function checkedRegion(region: string | undefined, profile: string | undefined): string {
  if (region === undefined || region === '') {
    throw new EngineError(
      'aws/no-region',
      'No AWS region is set. State one, set AWS_REGION, or add one to the profile: ' +
        `aws configure set region REGION --profile ${profile ?? 'default'}`,
    );
  }
  if (!isRegion(region)) {
    throw new EngineError(
      'aws/bad-region',
      `“${region}” is not an AWS region. A region reads like eu-central-1, without a letter at the end.`,
    );
  }
  return region;
}

function checkedUrl(url: string | undefined): string | undefined {
  if (url === undefined || url === '') return undefined;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new EngineError(
    'aws/bad-endpoint',
    `“${url}” is not an endpoint. Write it as https://HOST or http://HOST:PORT.`,
  );
}
