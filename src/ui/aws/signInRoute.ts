import type { ProfileSettings } from '../../core/aws/profiles.js';

/** How the credentials of a profile are renewed. */
export type SignInRoute =
  /** Arguments of the AWS CLI, which asks in the browser. */
  | { readonly kind: 'cli'; readonly args: readonly string[] }
  /** Something else writes the files; they are read anew. */
  | { readonly kind: 'files' };

/**
 * The way to new credentials for a profile; a role is followed to the profile it is assumed with.
 * @param profiles settings by name of profile
 */
export function signInRoute(
  profiles: ReadonlyMap<string, ProfileSettings>,
  name: string,
): SignInRoute {
  const seen = new Set<string>();
  for (let at: string | undefined = name; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const settings: ProfileSettings = profiles.get(at) ?? {};
    if (settings['sso_session'] !== undefined || settings['sso_start_url'] !== undefined) {
      return { kind: 'cli', args: ['sso', 'login', '--profile', at] };
    }
    if (settings['login_session'] !== undefined) {
      return { kind: 'cli', args: ['login', '--profile', at] };
    }
    at = settings['source_profile'];
  }
  return { kind: 'files' };
}
