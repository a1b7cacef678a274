import path from 'node:path';
import { ServiceFailure } from '../contract.js';
import { iamId, secretAccessKey } from '../state/identifiers.js';
import { JsonDocument } from '../state/jsonFile.js';
import { managedByAws } from './awsManagedPolicies.js';
import { parsePolicy, type Statement } from './policyDocument.js';
import type {
  AccessKey,
  Caller,
  ManagedPolicy,
  MfaDevice,
  PolicyHolder,
  RoleRecord,
  Session,
  SigningKey,
  UserRecord,
} from './records.js';

interface IamState {
  users: Record<string, UserRecord>;
  roles: Record<string, RoleRecord>;
  policies: Record<string, ManagedPolicy>;
}

interface CredentialState {
  keys: Record<string, AccessKey>;
  sessions: Record<string, Session>;
  mfaDevices: Record<string, MfaDevice>;
}

/** Users, roles, policies and every secret that can sign a request. */
export class IdentityStore {
  private constructor(
    readonly accountId: string,
    private readonly iam: JsonDocument<IamState>,
    private readonly credentials: JsonDocument<CredentialState>,
  ) {}

  static async open(folder: string, accountId: string): Promise<IdentityStore> {
    const iam = await JsonDocument.open<IamState>(path.join(folder, 'iam.json'), () => ({
      users: {},
      roles: {},
      policies: {},
    }));
    const credentials = await JsonDocument.open<CredentialState>(
      path.join(folder, 'credentials.json'),
      () => ({ keys: {}, sessions: {}, mfaDevices: {} }),
    );
    return new IdentityStore(accountId, iam, credentials);
  }

  get users(): Record<string, UserRecord> {
    return this.iam.data.users;
  }

  get roles(): Record<string, RoleRecord> {
    return this.iam.data.roles;
  }

  get policies(): Record<string, ManagedPolicy> {
    return this.iam.data.policies;
  }

  get accessKeys(): Record<string, AccessKey> {
    return this.credentials.data.keys;
  }

  get mfaDevices(): Record<string, MfaDevice> {
    return this.credentials.data.mfaDevices;
  }

  async save(): Promise<void> {
    await this.iam.save();
  }

  async saveCredentials(): Promise<void> {
    await this.credentials.save();
  }

  async close(): Promise<void> {
    await this.iam.settled();
    await this.credentials.settled();
  }

  async createAccessKey(userName: string | undefined, createdAt: Date): Promise<AccessKey> {
    const key: AccessKey = {
      accessKeyId: iamId('AKIA'),
      secret: secretAccessKey(),
      userName,
      createdAt: createdAt.toISOString(),
      active: true,
    };
    this.accessKeys[key.accessKeyId] = key;
    await this.saveCredentials();
    return key;
  }

  /** The root user's key, if one has been made. */
  rootKey(): AccessKey | undefined {
    return Object.values(this.accessKeys).find((key) => key.userName === undefined);
  }

  async createSession(
    owner: Pick<Session, 'roleName' | 'userName' | 'sessionName' | 'policy' | 'mfa'>,
    seconds: number,
  ): Promise<Session> {
    const sessions = this.credentials.data.sessions;
    for (const [id, session] of Object.entries(sessions)) {
      // Expired ones are kept for a day, so that they are refused as expired and not as unknown.
      if (session.expires < Date.now() - 86_400_000) Reflect.deleteProperty(sessions, id);
    }
    const session: Session = {
      ...owner,
      accessKeyId: iamId('ASIA'),
      secret: secretAccessKey(),
      token: `IQoJb3JpZ2luX2Vj${secretAccessKey()}${secretAccessKey()}${secretAccessKey()}`,
      expires: Date.now() + seconds * 1000,
    };
    sessions[session.accessKeyId] = session;
    await this.saveCredentials();
    return session;
  }

  /** Who an access key id belongs to; undefined when nobody has it or its owner is gone. */
  signingKey(accessKeyId: string): SigningKey | undefined {
    const key = own(this.accessKeys, accessKeyId);
    if (key?.active) {
      const caller =
        key.userName === undefined ? this.root() : this.userCaller(key.userName, false);
      if (caller === undefined) return undefined;
      return { secret: key.secret, token: undefined, expires: undefined, caller };
    }
    const session = own(this.credentials.data.sessions, accessKeyId);
    if (session === undefined) return undefined;
    const caller = this.#sessionCaller(session);
    if (caller === undefined) return undefined;
    return { secret: session.secret, token: session.token, expires: session.expires, caller };
  }

  root(): Caller {
    const { accountId } = this;
    return {
      kind: 'root',
      arn: `arn:aws:iam::${accountId}:root`,
      accountId,
      userId: accountId,
      mfa: false,
      temporary: false,
    };
  }

  userCaller(name: string, mfa: boolean): Caller | undefined {
    const user = own(this.users, name);
    if (user === undefined) return undefined;
    const { arn, id } = user;
    const { accountId } = this;
    return { kind: 'user', arn, accountId, userId: id, userName: name, mfa, temporary: false };
  }

  roleCaller(role: RoleRecord, sessionName: string, mfa = false, policy?: string): Caller {
    return {
      kind: 'session',
      arn: `arn:aws:sts::${this.accountId}:assumed-role/${role.name}/${sessionName}`,
      accountId: this.accountId,
      userId: `${role.id}:${sessionName}`,
      roleName: role.name,
      mfa,
      temporary: true,
      sessionPolicy: policy === undefined ? undefined : parsePolicy(policy, 'identity'),
    };
  }

  #sessionCaller(session: Session): Caller | undefined {
    const { mfa } = session;
    if (session.userName !== undefined) {
      const user = this.userCaller(session.userName, mfa);
      return user && { ...user, temporary: true };
    }
    if (session.roleName === undefined) return { ...this.root(), mfa, temporary: true };
    const role = own(this.roles, session.roleName);
    return role && this.roleCaller(role, session.sessionName, mfa, session.policy);
  }

  /** The role an ARN names, whatever its path. */
  roleByArn(arn: string): RoleRecord | undefined {
    return Object.values(this.roles).find((role) => role.arn === arn);
  }

  /** A managed policy of this account or of AWS. */
  managedPolicy(arn: string): ManagedPolicy | undefined {
    return own(this.policies, arn) ?? managedByAws(arn);
  }

  /** Every statement a user or role carries, inline and attached. */
  statementsOf(holder: PolicyHolder): Statement[] {
    const attached = holder.attached.map((arn) => {
      const policy = this.managedPolicy(arn);
      return policy?.versions.find((version) => version.id === policy.defaultVersion)?.document;
    });
    return [...Object.values(holder.inline), ...attached].flatMap((document) =>
      document === undefined ? [] : parsePolicy(document, 'identity'),
    );
  }

  /** What the caller's identity policies say; undefined for the root user, who needs none. */
  identityStatements(caller: Caller): Statement[] | undefined {
    if (caller.kind === 'root') return undefined;
    const holder =
      caller.roleName === undefined
        ? own(this.users, caller.userName ?? '')
        : own(this.roles, caller.roleName);
    if (holder === undefined) {
      throw new ServiceFailure('AccessDenied', `${caller.arn} no longer exists.`, 403);
    }
    return this.statementsOf(holder);
  }
}

/** A value stored under a name that came from outside: never something of Object.prototype. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
