import { type Host } from './host.js';
import { askHidden, readStdin } from './prompt.js';
import { UsageError } from './usageError.js';

export const passwordVariable = 'RDS_BACKUP_PASSWORD';

/**
 * The SQL password, from the first of: standard input when asked for, the environment, the secret
 * that RDS manages for the master user, a prompt. Never from an argument: those are in the list of
 * processes for everyone to see.
 * @param managed reads the managed secret; undefined where there is none for this login
 * @throws UsageError when none of these is there
 */
export async function findPassword(
  login: string,
  o: { readonly fromStdin: boolean; readonly managed: (() => Promise<string>) | undefined },
  host: Host,
): Promise<string> {
  if (o.fromStdin) {
    // `echo` and PowerShell end the line; the password itself has no line break.
    const password = (await readStdin(host)).replace(/\r?\n$/, '');
    if (password === '') throw new UsageError('--password-stdin: standard input is empty.');
    return password;
  }
  const fromEnvironment = host.env[passwordVariable];
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
  if (o.managed !== undefined) return o.managed();
  if (!host.stdin.isTTY) {
    throw new UsageError(
      `The password of ${login} is needed, and there is no terminal to ask at. ` +
        `Set ${passwordVariable} or give it to --password-stdin.`,
    );
  }
  return askHidden(`Password of ${login}: `, host);
}
