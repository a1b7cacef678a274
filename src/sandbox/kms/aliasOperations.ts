import { ServiceFailure } from '../contract.js';
import type { JsonInput } from '../http/jsonInput.js';
import { epoch } from '../http/jsonTime.js';
import type { JsonOperation } from '../http/operation.js';
import type { Access } from '../iam/access.js';
import { demand, page, requireNotPending } from './input.js';
import type { KeyService } from './keyService.js';
import type { AliasRecord } from './keyStore.js';

type AliasOperation = 'ListAliases' | 'CreateAlias' | 'UpdateAlias' | 'DeleteAlias';

export function aliasOperations(
  keys: KeyService,
  access: Access,
): Record<AliasOperation, JsonOperation> {
  const { store } = keys;

  const aliasArn = (alias: Pick<AliasRecord, 'region' | 'name'>) =>
    `arn:aws:kms:${alias.region}:${store.accountId}:${alias.name}`;

  return {
    ListAliases: (input, call) => {
      demand(access, call, 'ListAliases');
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
      requireNotPending(key);
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
      requireNotPending(key);
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
  };
}

function aliasName(input: JsonInput): string {
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
}

const aliasMissing = (arn: string) =>
  new ServiceFailure('NotFoundException', `Alias ${arn} is not found.`);
