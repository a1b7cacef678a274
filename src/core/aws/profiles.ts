/** Where a profile's credentials come from: keys in the files, SSO, a role, or a program. */
export type ProfileKind = 'keys' | 'sso' | 'role' | 'process' | 'other';

export interface ProfileEntry {
  readonly name: string;
  readonly region: string | undefined;
  readonly kind: ProfileKind;
}

/** Settings of a profile by name, the secrets among them. */
export type ProfileSettings = Readonly<Record<string, string | undefined>>;

/**
 * The profiles of the AWS config and credentials files, in their order, without secrets; none without
 * such files.
 */
export async function listProfiles(): Promise<ProfileEntry[]> {
  return [...(await readProfiles())].map(([name, settings]) => ({
    name,
    region: settings['region'],
    kind: kindOf(settings),
  }));
}

/** The profiles as the files are now; what the config file says wins, as with the SDK. */
export async function readProfiles(): Promise<Map<string, ProfileSettings>> {
  const { loadSharedConfigFiles } = await import('@smithy/shared-ini-file-loader');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const names = new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)]);
  return new Map(
    [...names]
      .filter((name) => !otherSection.test(name))
      .map((name) => [name, { ...credentialsFile[name], ...configFile[name] }]),
  );
}

/** Sections of the config file that are no profiles, as the loader names them. */
const otherSection = /^(?:sso-session|services)\./;

function kindOf(settings: ProfileSettings): ProfileKind {
  // In the order in which the SDK looks for them.
  if (settings['role_arn'] !== undefined) return 'role';
  if (settings['aws_access_key_id'] !== undefined) return 'keys';
  if (settings['credential_process'] !== undefined) return 'process';
  if (settings['sso_session'] !== undefined || settings['sso_start_url'] !== undefined)
    return 'sso';
  return 'other';
}
