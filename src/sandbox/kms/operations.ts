import { ServiceFailure } from '../contract.js';
import { type JsonInput } from '../http/jsonInput.js';
import { type ServiceCall } from '../iam/access.js';
import { denialMessage, type Access } from '../iam/access.js';
import { parsePolicy } from '../iam/policyDocument.js';
import { type KeyService } from './keyService.js';
import { type AliasRecord, type KeyRecord } from './keyStore.js';

export type JsonOperation = (input: JsonInput, call: ServiceCall) => Promise<unknown> | object;

const usages: Readonly<Record<string, readonly string[]>> = {
  SYMMETRIC_DEFAULT: ['ENCRYPT_DECRYPT'],
  RSA_2048: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  RSA_3072: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  RSA_4096: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  ECC_NIST_P256: ['SIGN_VERIFY', 'KEY_AGREEMENT'],
  ECC_NIST_P384: ['SIGN_VERIFY', 'KEY_AGREEMENT'],
  HMAC_256: ['GENERATE_VERIFY_MAC'],
};

/** The policy KMS gives a key that is created without one: it hands the choice to IAM. */
export const defaultKeyPolicy = (accountId: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

/** KMS's API (AWS Key Management Service API Reference), one function per operation. */
export function kmsOperations(keys: KeyService, access: Access): Record<string, JsonOperation> {
  const { store } = keys;

  const demand = (call: ServiceCall, action: string) => {
    const question = { action: `kms:${action}`, resource: '*' };
    const decision = access.decide(call, question);
    if (decision.allowed) return;
    const message = denialMessage(call.caller, question, decision.reason);
    throw new ServiceFailure('AccessDeniedException', message);
  };

  async function createKey(input: JsonInput, call: ServiceCall) {
    demand(call, 'CreateKey');
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

  const page = <T>(input: JsonInput, items: readonly T[], idOf: (item: T) => string) => {
    const limit = input.integer('Limit') ?? 100;
    if (limit < 1 || limit > 1000) throw validation('Limit must be between 1 and 1000');
    const marker = input.text('Marker');
    const after = marker === undefined ? -1 : items.findIndex((item) => idOf(item) === marker);
    if (marker !== undefined && after < 0) {
      throw new ServiceFailure(
        'InvalidMarkerException',
        `Could not deserialize marker '${marker}'`,
      );
    }
    const shown = items.slice(after + 1, after + 1 + limit);
    const last = shown.at(-1);
    const truncated = after + 1 + shown.length < items.length && last !== undefined;
    return {
      shown,
      paging: { Truncated: truncated, ...(truncated && { NextMarker: idOf(last) }) },
    };
  };

  const aliasName = (input: JsonInput) => {
    const name = input.required('AliasName');
    if (!/^alias\/[\w/-]{1,250}$/.test(name)) {
      throw new ServiceFailure(
        'InvalidAliasNameException',
        `Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html`,
      );
    }
    if (name.startsWith('alias/aws/')) {
      throw new ServiceFailure(
        'NotAuthorizedException',
        'Cannot create or change aliases with the prefix "alias/aws/"',
      );
    }
    return name;
  };

  const aliasArn = (alias: Pick<AliasRecord, 'region' | 'name'>) =>
    `arn:aws:kms:${alias.region}:${store.accountId}:${alias.name}`;

  const changeState =
    (action: string, change: (key: KeyRecord, input: JsonInput) => object) =>
    async (input: JsonInput, call: ServiceCall) => {
      const key = keys.authorize(call, `kms:${action}`, input.required('KeyId'));
      const answer = change(key, input);
      await store.save();
      return answer;
    };

  const notPending = (key: KeyRecord) => {
    if (key.state === 'PendingDeletion') {
      throw new ServiceFailure('KMSInvalidStateException', `${key.arn} is pending deletion.`);
    }
  };

  const dataKey =
    (operation: 'GenerateDataKey' | 'GenerateDataKeyWithoutPlaintext') =>
    (input: JsonInput, call: ServiceCall) => {
      const { key, plaintext, blob } = keys.generateDataKey(
        call,
        operation,
        input.required('KeyId'),
        dataKeyLength(input),
        contextOf(input, 'EncryptionContext'),
      );
      const answer = {
        CiphertextBlob: blob.toString('base64'),
        KeyId: key.arn,
        ...(operation === 'GenerateDataKey' && { Plaintext: plaintext.toString('base64') }),
      };
      plaintext.fill(0);
      return answer;
    };

  return {
    CreateKey: createKey,

    DescribeKey: (input, call) => ({
      KeyMetadata: metadata(keys.authorize(call, 'kms:DescribeKey', input.required('KeyId'))),
    }),

    ListKeys: (input, call) => {
      demand(call, 'ListKeys');
      const { shown, paging } = page(input, store.keys(call.region), (key) => key.id);
      return { Keys: shown.map((key) => ({ KeyId: key.id, KeyArn: key.arn })), ...paging };
    },

    ListAliases: (input, call) => {
      demand(call, 'ListAliases');
      const keyId = input.text('KeyId');
      const target = keyId === undefined ? undefined : keys.resolve(call, keyId).id;
      const aliases = store.aliases
        .filter((alias) => alias.region === call.region)
        .filter((alias) => target === undefined || alias.target === target)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { shown, paging } = page(input, aliases, (alias) => alias.name);
      return {
        Aliases: shown.map((alias) => ({
          AliasName: alias.name,
          AliasArn: aliasArn(alias),
          TargetKeyId: alias.target,
          CreationDate: epoch(alias.createdAt),
          LastUpdatedDate: epoch(alias.updatedAt),
        })),
        ...paging,
      };
    },

    CreateAlias: async (input, call) => {
      const name = aliasName(input);
      const key = keys.authorize(call, 'kms:CreateAlias', input.required('TargetKeyId'));
      notPending(key);
      if (store.alias(call.region, name)) {
        const arn = aliasArn({ region: call.region, name });
        throw new ServiceFailure(
          'AlreadyExistsException',
          `An alias with the name ${arn} already exists`,
        );
      }
      await store.addAlias(call.region, name, key.id);
      return {};
    },

    UpdateAlias: async (input, call) => {
      const name = aliasName(input);
      const key = keys.authorize(call, 'kms:UpdateAlias', input.required('TargetKeyId'));
      notPending(key);
      const alias = store.alias(call.region, name);
      if (alias === undefined) throw aliasMissing(aliasArn({ region: call.region, name }));
      alias.target = key.id;
      alias.updatedAt = new Date(store.now()).toISOString();
      await store.save();
      return {};
    },

    DeleteAlias: async (input, call) => {
      const name = aliasName(input);
      const alias = store.alias(call.region, name);
      if (alias === undefined) throw aliasMissing(aliasArn({ region: call.region, name }));
      keys.authorize(call, 'kms:DeleteAlias', alias.target);
      store.removeAlias(alias);
      await store.save();
      return {};
    },

    EnableKey: changeState('EnableKey', (key) => {
      notPending(key);
      key.state = 'Enabled';
      return {};
    }),

    DisableKey: changeState('DisableKey', (key) => {
      notPending(key);
      key.state = 'Disabled';
      return {};
    }),

    ScheduleKeyDeletion: changeState('ScheduleKeyDeletion', (key, input) => {
      notPending(key);
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

    GenerateDataKey: dataKey('GenerateDataKey'),
    GenerateDataKeyWithoutPlaintext: dataKey('GenerateDataKeyWithoutPlaintext'),

    Encrypt: (input, call) => {
      const plaintext = input.requiredBlob('Plaintext');
      if (plaintext.length < 1 || plaintext.length > 4096) {
        throw validation('Plaintext must be between 1 and 4096 bytes');
      }
      const context = contextOf(input, 'EncryptionContext');
      const { key, blob } = keys.encrypt(call, input.required('KeyId'), plaintext, context);
      plaintext.fill(0);
      return { CiphertextBlob: blob.toString('base64'), KeyId: key.arn, ...algorithm };
    },

    Decrypt: (input, call) => {
      const { key, plaintext } = keys.decrypt(
        call,
        input.requiredBlob('CiphertextBlob'),
        contextOf(input, 'EncryptionContext'),
        input.text('KeyId'),
      );
      const answer = { Plaintext: plaintext.toString('base64'), KeyId: key.arn, ...algorithm };
      plaintext.fill(0);
      return answer;
    },

    ReEncrypt: (input, call) => {
      const source = keys.decrypt(
        call,
        input.requiredBlob('CiphertextBlob'),
        contextOf(input, 'SourceEncryptionContext'),
        input.text('SourceKeyId'),
        'ReEncryptFrom',
      );
      const { key, blob } = keys.encrypt(
        call,
        input.required('DestinationKeyId'),
        source.plaintext,
        contextOf(input, 'DestinationEncryptionContext'),
        'ReEncryptTo',
      );
      source.plaintext.fill(0);
      return {
        CiphertextBlob: blob.toString('base64'),
        SourceKeyId: source.key.arn,
        KeyId: key.arn,
      };
    },

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

const algorithm = { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };

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

function dataKeyLength(input: JsonInput): number {
  const spec = input.text('KeySpec');
  const bytes = input.integer('NumberOfBytes');
  if ((spec === undefined) === (bytes === undefined)) {
    throw validation('Please specify either number of bytes or key spec.');
  }
  if (spec === 'AES_256') return 32;
  if (spec === 'AES_128') return 16;
  if (bytes === undefined || bytes < 1 || bytes > 1024) {
    throw validation('KeySpec must be AES_256 or AES_128, NumberOfBytes between 1 and 1024');
  }
  return bytes;
}

function contextOf(input: JsonInput, name: string): Record<string, string> {
  const context = input.map(name);
  if (Buffer.byteLength(JSON.stringify(context)) > 8192) {
    throw validation(`${name} is larger than 8192 bytes`);
  }
  return context;
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

/** JSON 1.1 writes times as seconds since 1970. */
const epoch = (iso: string) => Date.parse(iso) / 1000;

const validation = (message: string) => new ServiceFailure('ValidationException', message);
const unsupported = (message: string) =>
  new ServiceFailure('UnsupportedOperationException', message);
const aliasMissing = (arn: string) =>
  new ServiceFailure('NotFoundException', `Alias ${arn} is not found.`);
