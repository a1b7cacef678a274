import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { SandboxClock, SandboxCloud } from './contract.js';
import { NetworkStore } from './ec2/networkStore.js';
import { ec2Operations } from './ec2/operations.js';
import type { JsonOperation, QueryOperation } from './http/operation.js';
import { Access } from './iam/access.js';
import { IamService } from './iam/iamService.js';
import { IdentityStore } from './iam/identityStore.js';
import { policyOperations } from './iam/policyOperations.js';
import { roleOperations } from './iam/roleOperations.js';
import { simulationOperations } from './iam/simulation.js';
import { userOperations } from './iam/userOperations.js';
import { aliasOperations } from './kms/aliasOperations.js';
import { cryptoOperations } from './kms/cryptoOperations.js';
import { keyOperations } from './kms/keyOperations.js';
import { KeyService } from './kms/keyService.js';
import { KeyStore } from './kms/keyStore.js';
import { describeInstances } from './rds/describeInstances.js';
import { instanceOperations } from './rds/instanceOperations.js';
import { Lifecycle } from './rds/lifecycle.js';
import { optionGroupOperations } from './rds/optionGroups.js';
import { otherOperations } from './rds/otherOperations.js';
import { RdsService } from './rds/rdsService.js';
import { RdsStore } from './rds/rdsStore.js';
import { sandboxInstance } from './rds/sandboxInstance.js';
import { BucketStore } from './s3/bucketStore.js';
import type { S3Reply, S3Request } from './s3/request.js';
import { type S3Operations, s3Operations, s3Router } from './s3/router.js';
import { S3Service } from './s3/s3Service.js';
import { secretOperations } from './secrets/operations.js';
import { SecretStore } from './secrets/secretStore.js';
import { accountId as newAccountId } from './state/identifiers.js';
import { JsonDocument } from './state/jsonFile.js';
import { stsOperations } from './sts/operations.js';
import { assumeServiceRole } from './sts/serviceRole.js';

interface CloudState {
  readonly accountId: string;
  /** What the first start has put in, once that is complete. */
  seeded?: SeededNames | undefined;
}

/** Names of what a new cloud is filled with. */
export interface SeededNames {
  readonly region: string;
  readonly bucket: string;
  /** A bucket in the second region. */
  readonly secondBucket: string;
  readonly kmsKeyArn: string;
  readonly roleArn: string;
  readonly optionGroup: string;
}

/** All AWS services of the sandbox, over one state folder. */
export interface Cloud extends SandboxCloud {
  readonly identities: IdentityStore;
  readonly buckets: BucketStore;
  readonly keys: KeyStore;
  readonly rds: RdsStore;
  readonly secrets: SecretStore;
  readonly network: NetworkStore;
  readonly clock: SandboxClock;
  /** undefined until the cloud has been filled. */
  readonly seeded: SeededNames | undefined;
  markSeeded(names: SeededNames): Promise<void>;
  readonly s3: (request: S3Request) => Promise<S3Reply>;
  readonly s3Operations: S3Operations;
  /** Operations by service and name. */
  readonly jsonServices: Readonly<Record<string, Readonly<Record<string, JsonOperation>>>>;
  readonly queryServices: Readonly<Record<string, Readonly<Record<string, QueryOperation>>>>;
  /** Takes lines about failures of the sandbox itself. */
  readonly log: (line: string) => void;
  /** Waits for writes under way and stops everything that goes by the clock. */
  close(): Promise<void>;
}

/**
 * Opens the cloud that lies in `stateDir`, or makes a new one there.
 * @throws EngineError `sandbox/state-damaged`
 */
export async function openCloud(o: {
  stateDir: string;
  clock: SandboxClock;
  log: (line: string) => void;
}): Promise<Cloud> {
  const { clock, log } = o;
  const folder = path.join(o.stateDir, 'aws');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const state = await JsonDocument.open<CloudState>(path.join(folder, 'cloud.json'), () => ({
    accountId: newAccountId(),
  }));
  await state.save();
  const { accountId } = state.data;

  const identities = await IdentityStore.open(folder, accountId);
  const access = new Access(identities, clock);
  const keys = await KeyStore.open(folder, accountId, clock);
  const keyService = new KeyService(keys, access);
  const buckets = await BucketStore.open(path.join(folder, 's3'), clock);
  const s3 = new S3Service(buckets, accountId, access, keyService);
  const operations = s3Operations(s3);
  const secrets = await SecretStore.open(folder, accountId, clock);
  const rds = await RdsStore.open(folder, accountId, clock);
  const lifecycle = new Lifecycle(rds, log, async (instance) => {
    const secret =
      instance.masterSecretArn && secrets.find(instance.region, instance.masterSecretArn);
    if (secret) await secrets.remove(secret);
  });
  const network = await NetworkStore.open(folder, accountId);
  const rdsService = new RdsService(
    rds,
    lifecycle,
    identities,
    secrets,
    keyService,
    network,
    access,
  );
  const iam = new IamService(identities, access, clock);
  lifecycle.start();

  return {
    accountId,
    identities,
    buckets,
    keys,
    rds,
    secrets,
    network,
    clock,
    log,
    get seeded() {
      return state.data.seeded;
    },
    markSeeded: async (names) => {
      state.data.seeded = names;
      await state.save();
    },
    s3: s3Router(s3, operations),
    s3Operations: operations,
    jsonServices: {
      kms: {
        ...keyOperations(keyService, access),
        ...aliasOperations(keyService, access),
        ...cryptoOperations(keyService),
      },
      secretsmanager: secretOperations(secrets, access),
    },
    queryServices: {
      sts: stsOperations(identities, access),
      iam: {
        ...roleOperations(iam),
        ...policyOperations(iam),
        ...userOperations(iam),
        ...simulationOperations(iam),
      },
      rds: {
        DescribeDBInstances: describeInstances(rdsService),
        ...instanceOperations(rdsService),
        ...optionGroupOperations(rdsService),
        ...otherOperations(rdsService),
      },
      ec2: ec2Operations(network, access, (group) =>
        rds.instances
          .filter(({ securityGroups }) => securityGroups.includes(group.id))
          .map(({ id }) => id),
      ),
    },

    instances: () => rds.instances.map((instance) => sandboxInstance(rds, instance)),
    instance: (id) => {
      const found = rds.instances.find((instance) => instance.id === id.toLowerCase());
      return found && sandboxInstance(rds, found);
    },
    onInstancesChanged: (listener) => rds.onChange(listener),
    setEndpoint: (instanceId, address, port) => {
      rds.setEndpoint(instanceId, address, port);
    },
    assumeServiceRole: (roleArn, instance) =>
      assumeServiceRole({ identities, s3, keyService }, roleArn, instance),

    close: async () => {
      await lifecycle.close();
      for (const store of [identities, keys, buckets, secrets, rds, network]) await store.close();
      await state.settled();
    },
  };
}
