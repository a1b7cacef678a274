import type * as vscode from 'vscode';
import type { ServerAddress } from './serverAddress.js';

/** How somebody signs in to an instance; never the password. */
export interface KnownLogin {
  readonly login: string;
  /** The password is read from the secret that RDS manages, anew for every connection. */
  readonly managed: boolean;
  /** Another address than the instance's endpoint. */
  readonly address?: ServerAddress | undefined;
}

const loginKey = 'login ';
const passwordKey = 'password ';

/** What is remembered of each instance, by its ARN: logins as state, passwords in the secret storage. */
export class LoginStore {
  constructor(
    private readonly state: vscode.Memento,
    private readonly secrets: vscode.SecretStorage,
  ) {}

  login(arn: string): KnownLogin | undefined {
    return this.state.get<KnownLogin>(loginKey + arn);
  }

  async password(arn: string): Promise<string | undefined> {
    return this.secrets.get(passwordKey + arn);
  }

  /** Without a password an earlier one is deleted: it belongs to another way of signing in. */
  async keep(arn: string, login: KnownLogin, password: string | undefined): Promise<void> {
    await this.state.update(loginKey + arn, login);
    await (password === undefined
      ? this.secrets.delete(passwordKey + arn)
      : this.secrets.store(passwordKey + arn, password));
  }

  async delete(arn: string): Promise<void> {
    await this.state.update(loginKey + arn, undefined);
    await this.secrets.delete(passwordKey + arn);
  }

  /** Calls `listener` after a password was stored or deleted, also by another window. */
  onPasswordChange(listener: (arn: string) => void): vscode.Disposable {
    return this.secrets.onDidChange(({ key }) => {
      if (key.startsWith(passwordKey)) listener(key.slice(passwordKey.length));
    });
  }
}
