import type * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import type { SqlConnection } from '../../core/sql/connection.js';

/** Who is signed in to which instance, and the way to connect. */
export interface InstanceLogins {
  /** Fires with the instance's ARN after signing in, out, or forgetting a password. */
  readonly onDidChange: vscode.Event<string>;
  /** True after a successful sign-in, also one before the window was reloaded. */
  isSignedIn(instanceArn: string): boolean;
  /** True when a password is kept in the secret storage. */
  hasPassword(instanceArn: string): Promise<boolean>;
  /**
   * Asks for login and password (or takes the managed secret), connects once and remembers.
   * @throws CancelledError; EngineError `sql/…`
   */
  signIn(instance: Instance): Promise<void>;
  /**
   * Opens a connection with what is remembered. With `interactive` somebody who is not signed in, or
   * whose password is refused, is asked; without it that is EngineError `sql/not-signed-in`.
   * @throws EngineError `sql/…`, `aws/…`; CancelledError
   */
  connect(
    instance: Instance,
    o: { readonly interactive: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<SqlConnection>;
  /** Deletes the password and everything else remembered of the instance. */
  forget(instanceArn: string): Promise<void>;
  /** Keeps a password that somebody else than the user knows (a local server's). */
  remember(instanceArn: string, login: string, password: string): Promise<void>;
}
