import type { Statement } from './policyDocument.js';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What users and roles have in common: they carry policies. */
export interface PolicyHolder {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly createdAt: string;
  /** Inline policies: name -> document text as it was given. */
  inline: Record<string, string>;
  /** ARNs of managed policies. */
  attached: string[];
  tags: Tag[];
}

export type UserRecord = PolicyHolder;

export interface RoleRecord extends PolicyHolder {
  trust: string;
  description: string;
  maxSessionSeconds: number;
}

export interface ManagedPolicy {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly description: string;
  readonly createdAt: string;
  updatedAt: string;
  defaultVersion: string;
  versions: { id: string; document: string; createdAt: string }[];
}

export interface MfaDevice {
  readonly serial: string;
  /** Base-32 seed of RFC 6238. */
  readonly seed: string;
  /** The user it is enabled for; `root` for the account's own; undefined before it is enabled. */
  owner: string | undefined;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secret: string;
  /** undefined: the account's root user. */
  readonly userName: string | undefined;
  readonly createdAt: string;
  active: boolean;
}

export interface Session {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly token: string;
  readonly roleName: string | undefined;
  readonly userName: string | undefined;
  readonly sessionName: string;
  readonly policy: string | undefined;
  readonly mfa: boolean;
  /** Milliseconds since 1970, real time: clients compare it with their own clock. */
  readonly expires: number;
}

/** Whoever signed a request. */
export interface Caller {
  readonly kind: 'root' | 'user' | 'session';
  readonly arn: string;
  readonly accountId: string;
  /** As GetCallerIdentity's UserId. */
  readonly userId: string;
  readonly userName?: string | undefined;
  readonly roleName?: string | undefined;
  readonly mfa: boolean;
  /** True for the credentials of a session, also of a user's own (GetSessionToken). */
  readonly temporary: boolean;
  /** Statements of a session policy, which can only take rights away. */
  readonly sessionPolicy?: readonly Statement[] | undefined;
}

export interface SigningKey {
  readonly secret: string;
  readonly token: string | undefined;
  readonly expires: number | undefined;
  readonly caller: Caller;
}
