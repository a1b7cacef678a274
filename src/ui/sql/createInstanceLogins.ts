import * as vscode from 'vscode';
import { EngineError } from '../../core/errors.js';
import { type AwsConnection } from '../aws/awsConnection.js';
import { type InstanceLogins } from './instanceLogins.js';

export function createInstanceLogins(
  _context: vscode.ExtensionContext,
  _aws: AwsConnection,
): InstanceLogins & { dispose(): void } {
  const changed = new vscode.EventEmitter<string>();
  const refused = () =>
    Promise.reject(new EngineError('sql/not-signed-in', 'Nobody is signed in to the instance.'));
  return {
    onDidChange: changed.event,
    isSignedIn: () => false,
    hasPassword: () => Promise.resolve(false),
    signIn: refused,
    connect: refused,
    forget: () => Promise.resolve(),
    remember: () => Promise.resolve(),
    dispose: () => {
      changed.dispose();
    },
  };
}
