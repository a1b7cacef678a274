import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import type { XmlValue } from '../http/xml.js';
import { iamId } from '../state/identifiers.js';
import type { QueryOperation } from '../http/operation.js';
import type { ServiceCall } from './access.js';
import { awsManagedPolicyArns } from './awsManagedPolicies.js';
import { own } from './identityStore.js';
import type { ManagedPolicy, PolicyHolder } from './records.js';
import {
  conflict,
  encodeDocument,
  exists,
  iamPage,
  type IamService,
  members,
  noSuch,
  requireName,
} from './iamService.js';
import { parsePolicy } from './policyDocument.js';

const maxVersions = 5;

/** Managed policies, and the policies that roles and users carry. */
export function policyOperations(iam: IamService): Record<string, QueryOperation> {
  return { ...managedPolicies(iam), ...heldPolicies(iam, 'Role'), ...heldPolicies(iam, 'User') };
}

function readPolicy(input: QueryInput): string {
  const document = input.required('PolicyDocument');
  parsePolicy(document, 'identity');
  return document;
}

/** PutRolePolicy, AttachRolePolicy and so on; and the same for users. */
function heldPolicies(iam: IamService, kind: 'Role' | 'User'): Record<string, QueryOperation> {
  const { identities } = iam;
  const open = (input: QueryInput, call: ServiceCall, action: string): PolicyHolder => {
    const name = input.required(`${kind}Name`);
    return kind === 'Role' ? iam.role(call, action, name) : iam.user(call, action, name);
  };
  const missing = (holder: PolicyHolder, name: string) =>
    noSuch(
      `The ${kind.toLowerCase()} policy with name ${name} cannot be found for ${holder.name}.`,
    );

  const operation = (verb: string, what: string) => `${verb}${kind}${what}`;
  const listAttached = `ListAttached${kind}Policies`;
  return {
    [operation('Put', 'Policy')]: async (input, call) => {
      const holder = open(input, call, operation('Put', 'Policy'));
      holder.inline[requireName(input, 'PolicyName', 128)] = readPolicy(input);
      await identities.save();
      return undefined;
    },

    [operation('Get', 'Policy')]: (input, call) => {
      const holder = open(input, call, operation('Get', 'Policy'));
      const name = input.required('PolicyName');
      const document = own(holder.inline, name);
      if (document === undefined) throw missing(holder, name);
      return {
        [`${kind}Name`]: holder.name,
        PolicyName: name,
        PolicyDocument: encodeDocument(document),
      };
    },

    [operation('List', 'Policies')]: (input, call) => {
      const holder = open(input, call, operation('List', 'Policies'));
      const { shown, paging } = iamPage(input, Object.keys(holder.inline).sort());
      return { PolicyNames: members(shown), ...paging };
    },

    [operation('Delete', 'Policy')]: async (input, call) => {
      const holder = open(input, call, operation('Delete', 'Policy'));
      const name = input.required('PolicyName');
      if (own(holder.inline, name) === undefined) throw missing(holder, name);
      Reflect.deleteProperty(holder.inline, name);
      await identities.save();
      return undefined;
    },

    [operation('Attach', 'Policy')]: async (input, call) => {
      const holder = open(input, call, operation('Attach', 'Policy'));
      const arn = input.required('PolicyArn');
      requireManaged(iam, arn);
      if (!holder.attached.includes(arn)) holder.attached.push(arn);
      await identities.save();
      return undefined;
    },

    [operation('Detach', 'Policy')]: async (input, call) => {
      const holder = open(input, call, operation('Detach', 'Policy'));
      const arn = input.required('PolicyArn');
      if (!holder.attached.includes(arn)) throw noSuch(`Policy ${arn} was not found.`);
      holder.attached = holder.attached.filter((other) => other !== arn);
      await identities.save();
      return undefined;
    },

    [listAttached]: (input, call) => {
      const holder = open(input, call, listAttached);
      const { shown, paging } = iamPage(input, holder.attached);
      const attached = shown.map((arn) => ({
        PolicyName: arn.split('/').at(-1),
        PolicyArn: arn,
      }));
      return { AttachedPolicies: members(attached), ...paging };
    },
  };
}

function managedPolicies(iam: IamService): Record<string, QueryOperation> {
  const { identities } = iam;

  const holders = () => [...Object.values(identities.roles), ...Object.values(identities.users)];

  const open = (input: QueryInput, call: ServiceCall, action: string): ManagedPolicy => {
    const arn = input.required('PolicyArn');
    iam.authorize(call, action, arn);
    return requireManaged(iam, arn);
  };

  /** Policies of AWS cannot be changed. */
  const openOwn = (input: QueryInput, call: ServiceCall, action: string): ManagedPolicy => {
    const policy = open(input, call, action);
    if (own(identities.policies, policy.arn) === policy) return policy;
    throw new ServiceFailure('AccessDenied', `${policy.arn} is managed by AWS.`, 403);
  };

  const policyXml = (policy: ManagedPolicy): Record<string, XmlValue> => ({
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: holders().filter(({ attached }) => attached.includes(policy.arn)).length,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.description === '' ? undefined : policy.description,
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
  });

  const versionXml = (policy: ManagedPolicy, version: ManagedPolicy['versions'][number]) => ({
    VersionId: version.id,
    IsDefaultVersion: version.id === policy.defaultVersion,
    CreateDate: version.createdAt,
  });

  const requireVersion = (policy: ManagedPolicy, id: string) => {
    const version = policy.versions.find((candidate) => candidate.id === id);
    if (version === undefined) {
      throw noSuch(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
    }
    return version;
  };

  return {
    CreatePolicy: async (input, call) => {
      const name = requireName(input, 'PolicyName', 128);
      const path = input.text('Path') ?? '/';
      const arn = iam.arn('policy', path, name);
      iam.authorize(call, 'CreatePolicy', arn);
      const document = readPolicy(input);
      if (own(identities.policies, arn) !== undefined) {
        throw exists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
      }
      const now = iam.now();
      const policy: ManagedPolicy = {
        name,
        id: iamId('ANPA'),
        arn,
        path,
        description: input.text('Description') ?? '',
        createdAt: now,
        updatedAt: now,
        defaultVersion: 'v1',
        versions: [{ id: 'v1', document, createdAt: now }],
      };
      identities.policies[arn] = policy;
      await identities.save();
      return { Policy: policyXml(policy) };
    },

    GetPolicy: (input, call) => ({ Policy: policyXml(open(input, call, 'GetPolicy')) }),

    GetPolicyVersion: (input, call) => {
      const policy = open(input, call, 'GetPolicyVersion');
      const version = requireVersion(policy, input.required('VersionId'));
      return {
        PolicyVersion: {
          Document: encodeDocument(version.document),
          ...versionXml(policy, version),
        },
      };
    },

    ListPolicyVersions: (input, call) => {
      const policy = open(input, call, 'ListPolicyVersions');
      const versions = policy.versions.map((version) => versionXml(policy, version));
      return { Versions: members(versions), IsTruncated: false };
    },

    CreatePolicyVersion: async (input, call) => {
      const policy = openOwn(input, call, 'CreatePolicyVersion');
      const document = readPolicy(input);
      if (policy.versions.length >= maxVersions) {
        throw new ServiceFailure(
          'LimitExceeded',
          `A managed policy can have up to ${String(maxVersions)} versions. Before you create a new version, you must delete an existing version.`,
          409,
        );
      }
      const numbers = policy.versions.map((version) => Number(version.id.slice(1)));
      const version = {
        id: `v${String(Math.max(...numbers) + 1)}`,
        document,
        createdAt: iam.now(),
      };
      policy.versions.push(version);
      if (input.flag('SetAsDefault')) policy.defaultVersion = version.id;
      policy.updatedAt = version.createdAt;
      await identities.save();
      return { PolicyVersion: versionXml(policy, version) };
    },

    SetDefaultPolicyVersion: async (input, call) => {
      const policy = openOwn(input, call, 'SetDefaultPolicyVersion');
      policy.defaultVersion = requireVersion(policy, input.required('VersionId')).id;
      await identities.save();
      return undefined;
    },

    DeletePolicyVersion: async (input, call) => {
      const policy = openOwn(input, call, 'DeletePolicyVersion');
      const version = requireVersion(policy, input.required('VersionId'));
      if (version.id === policy.defaultVersion) {
        throw conflict('Cannot delete the default version of a policy.');
      }
      policy.versions = policy.versions.filter((other) => other !== version);
      await identities.save();
      return undefined;
    },

    ListPolicies: (input, call) => {
      iam.authorize(call, 'ListPolicies', '*');
      const scope = input.text('Scope') ?? 'All';
      const aws = awsManagedPolicyArns.flatMap((arn) => identities.managedPolicy(arn) ?? []);
      const all = [
        ...(scope === 'AWS' ? [] : Object.values(identities.policies)),
        ...(scope === 'Local' ? [] : aws),
      ];
      const { shown, paging } = iamPage(input, all);
      return { Policies: members(shown.map(policyXml)), ...paging };
    },

    DeletePolicy: async (input, call) => {
      const policy = openOwn(input, call, 'DeletePolicy');
      if (holders().some(({ attached }) => attached.includes(policy.arn))) {
        throw conflict('Cannot delete a policy attached to entities.');
      }
      if (policy.versions.length > 1) {
        throw conflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions.",
        );
      }
      Reflect.deleteProperty(identities.policies, policy.arn);
      await identities.save();
      return undefined;
    },
  };
}

function requireManaged(iam: IamService, arn: string): ManagedPolicy {
  const policy = iam.identities.managedPolicy(arn);
  if (policy !== undefined) return policy;
  throw noSuch(`Policy ${arn} does not exist or is not attachable.`);
}
