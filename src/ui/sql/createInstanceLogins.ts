import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import type { AwsConnection } from '../aws/awsConnection.js';
import type { InstanceLogins } from './instanceLogins.js';
import { Logins, type GivenLogin } from './logins.js';
import { LoginStore } from './loginStore.js';
import { openConnection } from './openConnection.js';

/** {@link InstanceLogins} that ask with VS Code's inputs and keep passwords in its secret storage. */
export function createInstanceLogins(
  context: vscode.ExtensionContext,
  aws: AwsConnection,
): InstanceLogins & { dispose(): void } {
  const store = new LoginStore(context.globalState, context.secrets);
  const emitter = new vscode.EventEmitter<string>();
  const open = (instance: Instance, given: GivenLogin, signal: AbortSignal | undefined) =>
    openConnection(aws, instance, given, signal);
  const logins = new Logins({
    store,
    open,
    ask: async (instance, known) => {
      const { askLogin } = await import('./askLogin.js');
      return askLogin(instance, known, async (given, signal) => {
        const connection = await open(instance, given, signal);
        await connection.close();
      });
    },
    changed: (arn) => {
      emitter.fire(arn);
    },
  });
  const passwords = store.onPasswordChange((arn) => void logins.passwordChanged(arn));
  return {
    onDidChange: emitter.event,
    isSignedIn: (arn) => logins.isSignedIn(arn),
    hasPassword: (arn) => logins.hasPassword(arn),
    signIn: (instance) => logins.signIn(instance),
    connect: (instance, o) => logins.connect(instance, o),
    forget: (arn) => logins.forget(arn),
    remember: (arn, login, password) => logins.remember(arn, login, password),
    dispose: () => {
      passwords.dispose();
      emitter.dispose();
    },
  };
}
