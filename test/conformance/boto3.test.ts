import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { awsEnvironment } from './awsPlace.js';
import { runChecks } from './checks.js';
import { type OfferedOperations, offeredOperations } from './offeredOperations.js';
import { type SandboxPlace, startSandboxPlace } from './sandboxPlace.js';

const services = ['s3', 'kms', 'rds', 'iam', 'sts', 'ec2', 'secretsmanager'];

describe('boto3 against the sandbox', () => {
  let place: SandboxPlace;
  let offered: OfferedOperations;
  before(async () => {
    offered = await offeredOperations();
    place = await startSandboxPlace();
  });
  after(() => place.stop());

  for (const service of services) {
    it(`speaks ${service}`, async (t) => {
      const { accountId, bucket, instances, optionGroup, region, roleArn } = place.info;
      const input = {
        ...{ run: `boto3-${service}`, account: accountId },
        ...{ bucket, optionGroup, region, roleArn, instance: instances[0]!.id },
        operations: { [service]: offered[service] },
      };
      await runChecks(t, 'aws', `boto3_${service}.py`, input, awsEnvironment(place));
    });
  }

  it('is held against the models by a judge that finds what it should', (t) =>
    runChecks(t, 'aws', 'strict_responses_checks.py', {}, {}));

  it('is tried with every service that the sandbox has', () => {
    assert.deepEqual(Object.keys(offered).sort(), [...services].sort());
  });
});
