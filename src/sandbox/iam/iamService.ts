import { type SandboxClock, ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import { uriEncode } from '../http/uri.js';
import type { XmlValue } from '../http/xml.js';
import { iamId } from '../state/identifiers.js';
import type { Access, ServiceCall } from './access.js';
import { type IdentityStore, own } from './identityStore.js';
import type { PolicyHolder, RoleRecord, Tag, UserRecord } from './records.js';

/** What IAM's operations share. */
export class IamService {
  constructor(
    readonly identities: IdentityStore,
    private readonly access: Access,
    readonly clock: SandboxClock,
  ) {}

  now(): string {
    return this.clock.now().toISOString();
  }

  /** @throws ServiceFailure `AccessDenied` */
  authorize(call: ServiceCall, action: string, resource: string): void {
    this.access.require(
      call,
      { action: `iam:${action}`, resource },
      (message) => new ServiceFailure('AccessDenied', message, 403),
    );
  }

  arn(type: 'user' | 'role' | 'policy' | 'mfa', path: string, name: string): string {
    return `arn:aws:iam::${this.identities.accountId}:${type}${path}${name}`;
  }

  role(call: ServiceCall, action: string, name: string): RoleRecord {
    const role = own(this.identities.roles, name);
    this.authorize(call, action, role?.arn ?? this.arn('role', '/', name));
    if (role === undefined) throw noSuch(`The role with name ${name} cannot be found.`);
    return role;
  }

  /** The named user, or the caller when no name is given. */
  user(call: ServiceCall, action: string, given: string | undefined): UserRecord {
    const name = given ?? call.caller.userName;
    if (name === undefined) {
      throw new ServiceFailure(
        'ValidationError',
        'Must specify userName when calling with non-User credentials',
      );
    }
    const user = own(this.identities.users, name);
    this.authorize(call, action, user?.arn ?? this.arn('user', '/', name));
    if (user === undefined) throw noSuch(`The user with name ${name} cannot be found.`);
    return user;
  }

  newHolder(type: 'user' | 'role', input: QueryInput, name: string): PolicyHolder {
    const path = input.text('Path') ?? '/';
    if (!/^\/(?:[\x21-\x7e]+\/)?$/.test(path)) {
      throw new ServiceFailure('ValidationError', `The specified value for path is invalid.`);
    }
    return {
      name,
      id: iamId(type === 'role' ? 'AROA' : 'AIDA'),
      arn: this.arn(type, path, name),
      path,
      createdAt: this.now(),
      inline: {},
      attached: [],
      tags: readTags(input),
    };
  }
}

export function requireName(input: QueryInput, parameter: string, max = 64): string {
  const name = input.required(parameter);
  if (/^(?!__proto__$)[\w+=,.@-]+$/.test(name) && name.length <= max) return name;
  throw new ServiceFailure(
    'ValidationError',
    `The specified value for ${parameter.charAt(0).toLowerCase()}${parameter.slice(1)} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
  );
}

export const readTags = (input: QueryInput): Tag[] =>
  input.list('Tags').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') ?? '' }));

export const members = (values: readonly XmlValue[]) => ({ member: values });

export const tagMembers = (tags: readonly Tag[]) =>
  members(tags.map(({ key, value }) => ({ Key: key, Value: value })));

/** IAM gives policy documents percent-encoded. */
export const encodeDocument = (document: string) => uriEncode(document);

export const noSuch = (message: string) => new ServiceFailure('NoSuchEntity', message, 404);
export const conflict = (message: string) => new ServiceFailure('DeleteConflict', message, 409);
export const exists = (message: string) => new ServiceFailure('EntityAlreadyExists', message, 409);

/** One page of a list: MaxItems and Marker. */
export function iamPage<T>(input: QueryInput, items: readonly T[]) {
  const limit = input.integer('MaxItems') ?? 100;
  if (limit < 1 || limit > 1000) {
    throw new ServiceFailure('ValidationError', 'MaxItems must be between 1 and 1000');
  }
  const marker = input.text('Marker') ?? '0';
  if (!/^\d{1,9}$/.test(marker)) {
    throw new ServiceFailure('ValidationError', `Invalid Marker: ${marker}`);
  }
  const start = Number(marker);
  const shown = items.slice(start, start + limit);
  const truncated = start + shown.length < items.length;
  return {
    shown,
    paging: {
      IsTruncated: truncated,
      Marker: truncated ? String(start + shown.length) : undefined,
    },
  };
}
