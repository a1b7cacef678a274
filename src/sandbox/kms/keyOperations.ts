import { ServiceFailure } from '../contract.js';
import type { JsonInput } from '../http/jsonInput.js';
import { epoch } from '../http/jsonTime.js';
import type { JsonOperation } from '../http/operation.js';
import type { Access, ServiceCall } from '../iam/access.js';
import { parsePolicy } from '../iam/policyDocument.js';
import { demand, page, requireNotPending, validation } from './input.js';
import type { KeyService } from './keyService.js';
import { defaultKeyPolicy, type KeyRecord } from './keyStore.js';

const usages: Readonly<Record<string, readonly string[]>> = {
  SYMMETRIC_DEFAULT: ['ENCRYPT_DECRYPT'],
  RSA_2048: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  RSA_3072: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  RSA_4096: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  ECC_NIST_P256: ['SIGN_VERIFY', 'KEY_AGREEMENT'],
  ECC_NIST_P384: ['SIGN_VERIFY', 'KEY_AGREEMENT'],
  HMAC_256: ['GENERATE_VERIFY_MAC'],
};

/** Keys as such: making, describing, disabling, deleting, their policies and tags. */
export function keyOperations(keys: KeyService, access: Access): Record<string, JsonOperation> {
  const { store } = keys;

  async function createKey(input: JsonInput, call: ServiceCall) {
    demand(access, call, 'CreateKey');
    const spec =
      input.text('KeySpec') ?? input.text('CustomerMasterKeySpec') ?? 'SYMMETRIC_DEFAULT';
    const allowed = Object.hasOwn(usages, spec) ? usages[spec] : undefined;
    if (allowed === undefined)
      throw unsupported(`The sandbox does not make keys of the spec ${spec}.`);
    const usage = input.text('KeyUsage') ?? allowed[0] ?? '';
    if (!allowed.includes(usage)) {
      throw validation(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
    }
    if (input.flag('MultiRegion')) throw unsupported('The sandbox has no multi-Region keys.');
    const policy = input.text('Policy') ?? defaultKeyPolicy(store.accountId);
    parseKeyPolicy(policy);
    const key = await store.create({
      region: call.region,
      spec,
      usage,
      manager: 'CUSTOMER',
      description: input.text('Description') ?? '',
      policy,
      tags: tagsOf(input),
    });
    return { KeyMetadata: metadata(key) };
  }

  const changeState =
    (action: string, change: (key: KeyRecord, input: JsonInput) => object) =>
    async (input: JsonInput, call: ServiceCall) => {
      const key = keys.authorize(call, `kms:${action}`, input.required('KeyId'));
      const answer = change(key, input);
      await store.save();
      return answer;
    };

  return {
    CreateKey: createKey,

    DescribeKey: (input, call) => ({
      KeyMetadata: metadata(keys.authorize(call, 'kms:DescribeKey', input.required('KeyId'))),
    }),

    ListKeys: (input, call) => {
      demand(access, call, 'ListKeys');
      const { shown, paging } = page(input, store.keys(call.region), (key) => key.id);
      return { Keys: shown.map((key) => ({ KeyId: key.id, KeyArn: key.arn })), ...paging };
    },

    EnableKey: changeState('EnableKey', (key) => {
      requireNotPending(key);
      key.state = 'Enabled';
      return {};
    }),

    DisableKey: changeState('DisableKey', (key) => {
      requireNotPending(key);
      key.state = 'Disabled';
      return {};
    }),

    ScheduleKeyDeletion: changeState('ScheduleKeyDeletion', (key, input) => {
      requireNotPending(key);
      const days = input.integer('PendingWindowInDays') ?? 30;
      if (days < 7 || days > 30) throw validation('PendingWindowInDays must be between 7 and 30');
      key.state = 'PendingDeletion';
      key.deletionDate = new Date(store.now() + days * 86_400_000).toISOString();
      return {
        KeyId: key.arn,
        DeletionDate: epoch(key.deletionDate),
        KeyState: key.state,
        PendingWindowInDays: days,
      };
    }),

    CancelKeyDeletion: changeState('CancelKeyDeletion', (key) => {
      if (key.state !== 'PendingDeletion') {
        throw new ServiceFailure('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
      }
      key.state = 'Disabled';
      key.deletionDate = undefined;
      return { KeyId: key.arn };
    }),

    UpdateKeyDescription: changeState('UpdateKeyDescription', (key, input) => {
      key.description = input.required('Description');
      return {};
    }),

    GetKeyPolicy: (input, call) => {
      const key = keys.authorize(call, 'kms:GetKeyPolicy', input.required('KeyId'));
      return { Policy: key.policy, PolicyName: 'default' };
    },

    PutKeyPolicy: changeState('PutKeyPolicy', (key, input) => {
      const policy = input.required('Policy');
      parseKeyPolicy(policy);
      key.policy = policy;
      return {};
    }),

    ListKeyPolicies: (input, call) => {
      keys.authorize(call, 'kms:ListKeyPolicies', input.required('KeyId'));
      return { PolicyNames: ['default'], Truncated: false };
    },

    GetKeyRotationStatus: (input, call) => {
      const key = keys.authorize(call, 'kms:GetKeyRotationStatus', input.required('KeyId'));
      return { KeyRotationEnabled: false, KeyId: key.arn };
    },

    ListResourceTags: (input, call) => {
      const key = keys.authorize(call, 'kms:ListResourceTags', input.required('KeyId'));
      return {
        Tags: key.tags.map(({ key: name, value }) => ({ TagKey: name, TagValue: value })),
        Truncated: false,
      };
    },

    TagResource: changeState('TagResource', (key, input) => {
      const added = tagsOf(input);
      const kept = key.tags.filter((tag) => !added.some((other) => other.key === tag.key));
      key.tags = [...kept, ...added];
      return {};
    }),

    UntagResource: changeState('UntagResource', (key, input) => {
      const names = input.texts('TagKeys');
      key.tags = key.tags.filter((tag) => !names.includes(tag.key));
      return {};
    }),
  };
}

function metadata(key: KeyRecord) {
  const symmetric = key.spec === 'SYMMETRIC_DEFAULT';
  return {
    AWSAccountId: key.arn.split(':')[4],
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: epoch(key.createdAt),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    ...(symmetric && { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] }),
    ...(!symmetric &&
      key.usage === 'ENCRYPT_DECRYPT' && {
        EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
      }),
    ...(key.deletionDate !== undefined && { DeletionDate: epoch(key.deletionDate) }),
    MultiRegion: false,
  };
}

function parseKeyPolicy(policy: string): void {
  try {
    parsePolicy(policy, 'resource');
  } catch (error) {
    throw new ServiceFailure('MalformedPolicyDocumentException', (error as Error).message);
  }
}

const tagsOf = (input: JsonInput) =>
  input
    .list('Tags')
    .map((tag) => ({ key: tag.required('TagKey'), value: tag.required('TagValue') }));

const unsupported = (message: string) =>
  new ServiceFailure('UnsupportedOperationException', message);
