import { after, before, describe, it } from 'node:test';
import { awsEnvironment } from './awsPlace.js';
import { runChecks } from './checks.js';
import { type SandboxPlace, startSandboxPlace } from './sandboxPlace.js';

describe('boto3 against the sandbox', () => {
  let place: SandboxPlace;
  before(async () => {
    place = await startSandboxPlace();
  });
  after(() => place.stop());

  for (const service of ['s3', 'kms', 'rds', 'services']) {
    it(`speaks ${service}`, async (t) => {
      const { accountId, bucket, instances, optionGroup, region, roleArn } = place.info;
      const input = {
        ...{ run: `boto3-${service}`, account: accountId },
        ...{ bucket, optionGroup, region, roleArn, instance: instances[0]!.id },
      };
      await runChecks(t, 'aws', `boto3_${service}.py`, input, awsEnvironment(place));
    });
  }
});
