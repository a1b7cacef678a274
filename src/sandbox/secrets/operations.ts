import { ServiceFailure } from '../contract.js';
import type { JsonInput } from '../http/jsonInput.js';
import { epoch } from '../http/jsonTime.js';
import type { Access, ServiceCall } from '../iam/access.js';
import { parsePolicy } from '../iam/policyDocument.js';
import type { JsonOperation } from '../http/operation.js';
import type { SecretRecord, SecretStore, SecretVersion } from './secretStore.js';

/** Secrets Manager's API (AWS Secrets Manager API Reference). */
export function secretOperations(
  store: SecretStore,
  access: Access,
): Record<string, JsonOperation> {
  function demand(call: ServiceCall, action: string, resource: string, policy?: string): void {
    const question = {
      action: `secretsmanager:${action}`,
      resource,
      resourcePolicy: policy === undefined ? undefined : parsePolicy(policy, 'resource'),
    };
    access.require(
      call,
      question,
      (message) => new ServiceFailure('AccessDeniedException', message),
    );
  }

  function open(input: JsonInput, call: ServiceCall, action: string): SecretRecord {
    const id = input.required('SecretId');
    const secret = store.find(call.region, id);
    const arn = `arn:aws:secretsmanager:${call.region}:${store.accountId}:secret:${id}`;
    demand(call, action, secret?.arn ?? arn, secret?.policy);
    if (secret === undefined) {
      throw new ServiceFailure(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret.",
      );
    }
    return secret;
  }

  function alive(secret: SecretRecord): SecretRecord {
    if (secret.deletedAt === undefined) return secret;
    throw invalidRequest(
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  function changeable(secret: SecretRecord): SecretRecord {
    if (alive(secret).owningService === undefined) return secret;
    throw invalidRequest(
      `You can't modify the secret because it is managed by ${secret.owningService}.`,
    );
  }

  return {
    CreateSecret: async (input, call) => {
      const name = input.required('Name');
      demand(
        call,
        'CreateSecret',
        `arn:aws:secretsmanager:${call.region}:${store.accountId}:secret:${name}`,
      );
      if (!/^[\w/+=.@-]{1,512}$/.test(name)) {
        throw new ServiceFailure(
          'ValidationException',
          'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
        );
      }
      const existing = store.find(call.region, name);
      if (existing?.deletedAt !== undefined) {
        throw invalidRequest(
          "You can't create this secret because a secret with this name is already scheduled for deletion.",
        );
      }
      if (existing !== undefined) {
        throw new ServiceFailure(
          'ResourceExistsException',
          `The operation failed because the secret ${name} already exists.`,
        );
      }
      const secret = await store.create(
        {
          name,
          region: call.region,
          description: input.text('Description') ?? '',
          kmsKeyId: input.text('KmsKeyId'),
          owningService: undefined,
          tags: tagsOf(input),
        },
        valueOf(input),
        input.text('ClientRequestToken'),
      );
      return { ARN: secret.arn, Name: name, VersionId: secret.versions[0]?.id };
    },

    DescribeSecret: (input, call) =>
      describe(open(input, call, 'DescribeSecret'), 'VersionIdsToStages'),

    ListSecrets: (input, call) => {
      demand(call, 'ListSecrets', '*');
      const limit = input.integer('MaxResults') ?? 100;
      const start = Number(input.text('NextToken') ?? '0');
      const all = store
        .secrets(call.region)
        .filter((secret) => secret.deletedAt === undefined || input.flag('IncludePlannedDeletion'));
      const next = start + limit;
      return {
        SecretList: all
          .slice(start, next)
          .map((secret) => describe(secret, 'SecretVersionsToStages')),
        ...(next < all.length && { NextToken: String(next) }),
      };
    },

    GetSecretValue: (input, call) => {
      const secret = alive(open(input, call, 'GetSecretValue'));
      const id = input.text('VersionId');
      const stage = input.text('VersionStage') ?? (id === undefined ? 'AWSCURRENT' : undefined);
      const version = secret.versions.find(
        (candidate) =>
          (id === undefined || candidate.id === id) &&
          (stage === undefined || candidate.stages.includes(stage)),
      );
      if (version === undefined) {
        throw new ServiceFailure(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret value for ${id === undefined ? `staging label: ${stage ?? ''}` : `VersionId: ${id}`}`,
        );
      }
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.id,
        VersionStages: version.stages,
        CreatedDate: epoch(version.createdAt),
        ...(version.text !== undefined && { SecretString: version.text }),
        ...(version.binary !== undefined && { SecretBinary: version.binary }),
      };
    },

    PutSecretValue: async (input, call) => {
      const secret = changeable(open(input, call, 'PutSecretValue'));
      const value = valueOf(input);
      if (value === undefined) {
        throw new ServiceFailure(
          'InvalidParameterException',
          'You must provide either SecretString or SecretBinary.',
        );
      }
      const version = store.addVersion(secret, value, input.text('ClientRequestToken'));
      await store.save();
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.id,
        VersionStages: version.stages,
      };
    },

    UpdateSecret: async (input, call) => {
      const secret = changeable(open(input, call, 'UpdateSecret'));
      secret.description = input.text('Description') ?? secret.description;
      secret.kmsKeyId = input.text('KmsKeyId') ?? secret.kmsKeyId;
      const value = valueOf(input);
      let version: SecretVersion | undefined;
      if (value !== undefined) {
        version = store.addVersion(secret, value, input.text('ClientRequestToken'));
      }
      await store.save();
      return { ARN: secret.arn, Name: secret.name, ...(version && { VersionId: version.id }) };
    },

    DeleteSecret: async (input, call) => {
      const secret = open(input, call, 'DeleteSecret');
      if (secret.owningService !== undefined) changeable(secret);
      const now = store.now();
      const force = input.flag('ForceDeleteWithoutRecovery') === true;
      const days = input.integer('RecoveryWindowInDays') ?? 30;
      if (days < 7 || days > 30) {
        throw new ServiceFailure(
          'InvalidParameterException',
          'RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
        );
      }
      secret.deletedAt = now.toISOString();
      const gone = force ? now : new Date(now.getTime() + days * 86_400_000);
      secret.goneAt = gone.toISOString();
      if (force) await store.remove(secret);
      else await store.save();
      return { ARN: secret.arn, Name: secret.name, DeletionDate: epoch(secret.goneAt) };
    },

    RestoreSecret: async (input, call) => {
      const secret = open(input, call, 'RestoreSecret');
      secret.deletedAt = undefined;
      secret.goneAt = undefined;
      await store.save();
      return { ARN: secret.arn, Name: secret.name };
    },

    GetResourcePolicy: (input, call) => {
      const secret = open(input, call, 'GetResourcePolicy');
      return { ARN: secret.arn, Name: secret.name, ResourcePolicy: secret.policy };
    },

    PutResourcePolicy: async (input, call) => {
      const secret = changeable(open(input, call, 'PutResourcePolicy'));
      const policy = input.required('ResourcePolicy');
      try {
        parsePolicy(policy, 'resource');
      } catch (error) {
        throw new ServiceFailure('MalformedPolicyDocumentException', (error as Error).message);
      }
      secret.policy = policy;
      await store.save();
      return { ARN: secret.arn, Name: secret.name };
    },
  };
}

function describe(
  secret: SecretRecord,
  stagesMember: 'VersionIdsToStages' | 'SecretVersionsToStages',
) {
  const current = secret.versions.filter(({ stages }) => stages.length > 0);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    OwningService: secret.owningService,
    CreatedDate: epoch(secret.createdAt),
    LastChangedDate: epoch(secret.changedAt),
    ...(secret.deletedAt !== undefined && { DeletedDate: epoch(secret.deletedAt) }),
    Tags: secret.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    // Listings have another name for it.
    [stagesMember]: Object.fromEntries(current.map(({ id, stages }) => [id, stages])),
  };
}

function valueOf(input: JsonInput) {
  const text = input.text('SecretString');
  const binary = input.blob('SecretBinary')?.toString('base64');
  if (text !== undefined && binary !== undefined) {
    throw new ServiceFailure(
      'InvalidParameterException',
      "You can't specify both SecretString and SecretBinary.",
    );
  }
  return text === undefined && binary === undefined ? undefined : { text, binary };
}

const tagsOf = (input: JsonInput) =>
  input.list('Tags').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') ?? '' }));

const invalidRequest = (message: string) => new ServiceFailure('InvalidRequestException', message);
