import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import type { XmlValue } from '../http/xml.js';
import type { QueryOperation } from '../http/operation.js';
import type { RoleRecord } from './records.js';
import {
  conflict,
  encodeDocument,
  exists,
  iamPage,
  type IamService,
  members,
  readTags,
  requireName,
  tagMembers,
} from './iamService.js';
import { parsePolicy } from './policyDocument.js';

/** Roles and their trust policies. */
export function roleOperations(iam: IamService): Record<string, QueryOperation> {
  const { identities } = iam;

  return {
    CreateRole: async (input, call) => {
      const name = requireName(input, 'RoleName');
      iam.authorize(call, 'CreateRole', iam.arn('role', input.text('Path') ?? '/', name));
      const trust = readTrust(input, 'AssumeRolePolicyDocument');
      // Names are unique whatever their case.
      const taken = Object.keys(identities.roles).some(
        (other) => other.toLowerCase() === name.toLowerCase(),
      );
      if (taken) throw exists(`Role with name ${name} already exists.`);
      const role: RoleRecord = {
        ...iam.newHolder('role', input, name),
        trust,
        description: input.text('Description') ?? '',
        maxSessionSeconds: readDuration(input) ?? 3600,
      };
      identities.roles[name] = role;
      await identities.save();
      return { Role: roleXml(role) };
    },

    GetRole: (input, call) => ({
      Role: roleXml(iam.role(call, 'GetRole', input.required('RoleName'))),
    }),

    ListRoles: (input, call) => {
      iam.authorize(call, 'ListRoles', '*');
      const prefix = input.text('PathPrefix') ?? '/';
      const roles = Object.values(identities.roles)
        .filter((role) => role.path.startsWith(prefix))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { shown, paging } = iamPage(input, roles);
      return { Roles: members(shown.map(roleXml)), ...paging };
    },

    UpdateRole: async (input, call) => {
      const role = iam.role(call, 'UpdateRole', input.required('RoleName'));
      role.description = input.text('Description') ?? role.description;
      role.maxSessionSeconds = readDuration(input) ?? role.maxSessionSeconds;
      await identities.save();
      return {};
    },

    UpdateAssumeRolePolicy: async (input, call) => {
      const role = iam.role(call, 'UpdateAssumeRolePolicy', input.required('RoleName'));
      role.trust = readTrust(input, 'PolicyDocument');
      await identities.save();
      return undefined;
    },

    DeleteRole: async (input, call) => {
      const role = iam.role(call, 'DeleteRole', input.required('RoleName'));
      if (role.attached.length > 0) {
        throw conflict('Cannot delete entity, must detach all policies first.');
      }
      if (Object.keys(role.inline).length > 0) {
        throw conflict('Cannot delete entity, must delete policies first.');
      }
      Reflect.deleteProperty(identities.roles, role.name);
      await identities.save();
      return undefined;
    },

    TagRole: async (input, call) => {
      const role = iam.role(call, 'TagRole', input.required('RoleName'));
      const added = readTags(input);
      const kept = role.tags.filter((tag) => !added.some((other) => other.key === tag.key));
      role.tags = [...kept, ...added];
      await identities.save();
      return undefined;
    },

    UntagRole: async (input, call) => {
      const role = iam.role(call, 'UntagRole', input.required('RoleName'));
      const names = input.texts('TagKeys');
      role.tags = role.tags.filter((tag) => !names.includes(tag.key));
      await identities.save();
      return undefined;
    },

    ListRoleTags: (input, call) => {
      const role = iam.role(call, 'ListRoleTags', input.required('RoleName'));
      return { Tags: tagMembers(role.tags), IsTruncated: false };
    },

    ListInstanceProfilesForRole: (input, call) => {
      iam.role(call, 'ListInstanceProfilesForRole', input.required('RoleName'));
      return { InstanceProfiles: {}, IsTruncated: false };
    },
  };
}

function roleXml(role: RoleRecord): Record<string, XmlValue> {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.createdAt,
    AssumeRolePolicyDocument: encodeDocument(role.trust),
    Description: role.description === '' ? undefined : role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    Tags: role.tags.length === 0 ? undefined : tagMembers(role.tags),
    RoleLastUsed: {},
  };
}

function readTrust(input: QueryInput, parameter: string): string {
  const document = input.required(parameter);
  parsePolicy(document, 'trust');
  return document;
}

function readDuration(input: QueryInput): number | undefined {
  const seconds = input.integer('MaxSessionDuration');
  if (seconds === undefined || (seconds >= 3600 && seconds <= 43_200)) return seconds;
  throw new ServiceFailure(
    'ValidationError',
    `1 validation error detected: Value '${String(seconds)}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200`,
  );
}
