import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import { EngineError } from '../../core/errors.js';
import type { SqlConnection } from '../../core/sql/connection.js';
import type { AwsConnection } from '../aws/awsConnection.js';
import { configuration } from '../configuration.js';
import { settingIds } from '../ids.js';
import type { GivenLogin } from './logins.js';

/**
 * Connects as the login says and the settings demand.
 * @throws EngineError `sql/…`, `aws/…`; CancelledError
 */
export async function openConnection(
  aws: AwsConnection,
  instance: Instance,
  { login, password }: GivenLogin,
  signal: AbortSignal | undefined,
): Promise<SqlConnection> {
  const { endpoint } = instance;
  const address = login.address ?? endpoint;
  if (address === undefined) {
    throw new EngineError(
      'sql/no-endpoint',
      `${instance.id} is ${instance.status} and has no endpoint to connect to yet.`,
    );
  }
  const { trustServerCertificate } = configuration();
  if (trustServerCertificate) warnOnce();
  const { connect } = await import('../../core/sql/connection.js');
  return connect({
    ...address,
    user: login.login,
    // Through a tunnel the certificate still names the instance.
    serverName: login.address && endpoint?.host,
    caFile: aws.caFile,
    trustServerCertificate,
    password: async () => (login.managed ? readManaged(aws, instance, signal) : (password ?? '')),
    signal,
  });
}

async function readManaged(aws: AwsConnection, instance: Instance, signal?: AbortSignal) {
  const { masterPassword } = await import('../../core/sql/masterPassword.js');
  return masterPassword(await aws.session(), instance, signal);
}

let warned = false;

/** In every window that connects this way, but not at every connection. */
function warnOnce(): void {
  if (warned) return;
  warned = true;
  void showWarning();
}

async function showWarning(): Promise<void> {
  const open = vscode.l10n.t('Open Setting');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'Certificates of SQL Server are not checked ({0}): whoever answers gets the password.',
      settingIds.trustServerCertificate,
    ),
    open,
  );
  if (chosen === open) {
    const setting = settingIds.trustServerCertificate;
    await vscode.commands.executeCommand('workbench.action.openSettings', setting);
  }
}
