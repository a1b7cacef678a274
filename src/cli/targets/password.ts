import type { PasswordSource } from '../../core/sql/connection.js';
import type { Host } from '../host.js';
import { askHidden, readStdin } from '../terminal/prompt.js';
import { UsageError } from '../arguments/usageError.js';

const variable = 'RDS_BACKUP_PASSWORD';

/**
 * The SQL password, from the first of: standard input when asked for, the environment, the secret
 * that RDS manages for the master user, a prompt. Never from an argument: those are in the list of
 * processes for everyone to see.
 * @param o.managed reads the managed secret; undefined where there is none for this login
 */
export function passwordSource(
  login: string,
  o: { readonly fromStdin: boolean; readonly managed: PasswordSource | undefined },
  host: Host,
): PasswordSource {
  const fromEnvironment = host.env[variable] || undefined;
  // Read anew for every connection: RDS rotates it.
  if (!o.fromStdin && fromEnvironment === undefined && o.managed !== undefined) return o.managed;
  // Asked for once: standard input ends, and a reconnect at night finds nobody.
  let answer: Promise<string> | undefined;
  return () => (answer ??= o.fromStdin ? pipedPassword(host) : given(login, fromEnvironment, host));
}

async function pipedPassword(host: Host): Promise<string> {
  // `echo` and PowerShell end the line; the password itself has no line break.
  const password = (await readStdin(host)).replace(/\r?\n$/, '');
  if (password === '') throw new UsageError('--password-stdin: standard input is empty.');
  return password;
}

async function given(login: string, password: string | undefined, host: Host): Promise<string> {
  if (password !== undefined) return password;
  if (host.stdin.isTTY) return askHidden(`Password of ${login}: `, host);
  throw new UsageError(
    `The password of ${login} is needed, and there is no terminal to ask at. ` +
      `Set ${variable} or give it to --password-stdin.`,
  );
}
