import { ServiceFailure } from '../contract.js';
import type { XmlValue } from '../http/xml.js';
import type { QueryOperation } from '../http/operation.js';
import { base32Text } from '../state/identifiers.js';
import type { UserRecord } from './records.js';
import {
  conflict,
  exists,
  iamPage,
  type IamService,
  members,
  noSuch,
  requireName,
  tagMembers,
} from './iamService.js';
import { totp, totpMatches } from './totp.js';

const maxKeys = 2;

/** Users, their access keys and their MFA devices. */
export function userOperations(iam: IamService): Record<string, QueryOperation> {
  const { identities } = iam;
  const keysOf = (user: string | undefined) =>
    Object.values(identities.accessKeys).filter((key) => key.userName === user);

  return {
    CreateUser: async (input, call) => {
      const name = requireName(input, 'UserName');
      iam.authorize(call, 'CreateUser', iam.arn('user', input.text('Path') ?? '/', name));
      const taken = Object.keys(identities.users).some(
        (other) => other.toLowerCase() === name.toLowerCase(),
      );
      if (taken) throw exists(`User with name ${name} already exists.`);
      const user = iam.newHolder('user', input, name);
      identities.users[name] = user;
      await identities.save();
      return { User: userXml(user) };
    },

    GetUser: (input, call) => {
      const name = input.text('UserName');
      if (name === undefined && call.caller.kind === 'root') {
        const { accountId } = identities;
        return {
          User: { UserId: accountId, Arn: call.caller.arn, CreateDate: '2020-01-01T00:00:00Z' },
        };
      }
      return { User: userXml(iam.user(call, 'GetUser', name)) };
    },

    ListUsers: (input, call) => {
      iam.authorize(call, 'ListUsers', '*');
      const users = Object.values(identities.users).sort((a, b) => (a.name < b.name ? -1 : 1));
      const { shown, paging } = iamPage(input, users);
      return { Users: members(shown.map(userXml)), ...paging };
    },

    DeleteUser: async (input, call) => {
      const user = iam.user(call, 'DeleteUser', input.required('UserName'));
      if (keysOf(user.name).length > 0) {
        throw conflict('Cannot delete entity, must delete access keys first.');
      }
      if (user.attached.length > 0 || Object.keys(user.inline).length > 0) {
        throw conflict('Cannot delete entity, must delete policies first.');
      }
      if (Object.values(identities.mfaDevices).some((device) => device.owner === user.name)) {
        throw conflict('Cannot delete entity, must delete MFA device first.');
      }
      Reflect.deleteProperty(identities.users, user.name);
      await identities.save();
      return undefined;
    },

    CreateAccessKey: async (input, call) => {
      const user = iam.user(call, 'CreateAccessKey', input.text('UserName'));
      if (keysOf(user.name).length >= maxKeys) {
        throw new ServiceFailure(
          'LimitExceeded',
          `Cannot exceed quota for AccessKeysPerUser: ${String(maxKeys)}`,
          409,
        );
      }
      const key = await identities.createAccessKey(user.name, iam.clock.now());
      return {
        AccessKey: {
          UserName: user.name,
          AccessKeyId: key.accessKeyId,
          Status: 'Active',
          SecretAccessKey: key.secret,
          CreateDate: key.createdAt,
        },
      };
    },

    ListAccessKeys: (input, call) => {
      const given = input.text('UserName');
      const isRoot = given === undefined && call.caller.kind === 'root';
      const user = isRoot ? undefined : iam.user(call, 'ListAccessKeys', given);
      const keys = keysOf(user?.name).map((key) => ({
        UserName: key.userName,
        AccessKeyId: key.accessKeyId,
        Status: key.active ? 'Active' : 'Inactive',
        CreateDate: key.createdAt,
      }));
      return { AccessKeyMetadata: members(keys), IsTruncated: false };
    },

    UpdateAccessKey: async (input, call) => {
      const user = iam.user(call, 'UpdateAccessKey', input.text('UserName'));
      const id = input.required('AccessKeyId');
      const key = keysOf(user.name).find((candidate) => candidate.accessKeyId === id);
      if (key === undefined) throw noSuch(`The Access Key with id ${id} cannot be found.`);
      const status = input.required('Status');
      if (status !== 'Active' && status !== 'Inactive') {
        throw new ServiceFailure('ValidationError', `Invalid value for status: ${status}`);
      }
      key.active = status === 'Active';
      await identities.saveCredentials();
      return undefined;
    },

    DeleteAccessKey: async (input, call) => {
      const user = iam.user(call, 'DeleteAccessKey', input.text('UserName'));
      const id = input.required('AccessKeyId');
      if (!keysOf(user.name).some((key) => key.accessKeyId === id)) {
        throw noSuch(`The Access Key with id ${id} cannot be found.`);
      }
      Reflect.deleteProperty(identities.accessKeys, id);
      await identities.saveCredentials();
      return undefined;
    },

    CreateVirtualMFADevice: async (input, call) => {
      const name = requireName(input, 'VirtualMFADeviceName', 226);
      const serial = iam.arn('mfa', input.text('Path') ?? '/', name);
      iam.authorize(call, 'CreateVirtualMFADevice', serial);
      if (Object.hasOwn(identities.mfaDevices, serial)) {
        throw exists(`MFADevice entity at the same path and name already exists.`);
      }
      const seed = base32Text(32);
      identities.mfaDevices[serial] = { serial, seed, owner: undefined };
      await identities.saveCredentials();
      return {
        VirtualMFADevice: {
          SerialNumber: serial,
          Base32StringSeed: Buffer.from(seed).toString('base64'),
        },
      };
    },

    EnableMFADevice: async (input, call) => {
      const user = iam.user(call, 'EnableMFADevice', input.required('UserName'));
      const serial = input.required('SerialNumber');
      const device = identities.mfaDevices[serial];
      if (device === undefined || device.owner !== undefined) {
        throw noSuch(`VirtualMFADevice with serial number ${serial} does not exist.`);
      }
      const first = input.required('AuthenticationCode1');
      const second = input.required('AuthenticationCode2');
      if (!consecutive(device.seed, first, second, Date.now())) {
        throw new ServiceFailure(
          'InvalidAuthenticationCode',
          'Authentication code for device is not valid.',
          403,
        );
      }
      device.owner = user.name;
      await identities.saveCredentials();
      return undefined;
    },

    ListMFADevices: (input, call) => {
      const given = input.text('UserName');
      const isRoot = given === undefined && call.caller.kind === 'root';
      const owner = isRoot ? 'root' : iam.user(call, 'ListMFADevices', given).name;
      const devices = Object.values(identities.mfaDevices)
        .filter((device) => device.owner === owner)
        .map(({ serial }) => ({ UserName: owner, SerialNumber: serial, EnableDate: iam.now() }));
      return { MFADevices: members(devices), IsTruncated: false };
    },

    DeactivateMFADevice: async (input, call) => {
      const user = iam.user(call, 'DeactivateMFADevice', input.required('UserName'));
      const serial = input.required('SerialNumber');
      const device = identities.mfaDevices[serial];
      if (device?.owner !== user.name) {
        throw noSuch(`MFA Device ${serial} is not assigned to ${user.name}.`);
      }
      device.owner = undefined;
      await identities.saveCredentials();
      return undefined;
    },

    DeleteVirtualMFADevice: async (input, call) => {
      const serial = input.required('SerialNumber');
      iam.authorize(call, 'DeleteVirtualMFADevice', serial);
      const device = identities.mfaDevices[serial];
      if (device === undefined) {
        throw noSuch(`VirtualMFADevice with serial number ${serial} does not exist.`);
      }
      if (device.owner !== undefined) {
        throw conflict('Cannot delete entity, must deactivate the device first.');
      }
      Reflect.deleteProperty(identities.mfaDevices, serial);
      await identities.saveCredentials();
      return undefined;
    },
  };
}

/** Two codes in a row prove that the device shows the right ones over time. */
function consecutive(seed: string, first: string, second: string, now: number): boolean {
  return (
    totpMatches(seed, first, now) &&
    [-30_000, 0, 30_000].some(
      (drift) => totp(seed, now + drift) === first && totp(seed, now + drift + 30_000) === second,
    )
  );
}

const userXml = (user: UserRecord): Record<string, XmlValue> => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: user.createdAt,
  Tags: user.tags.length === 0 ? undefined : tagMembers(user.tags),
});
