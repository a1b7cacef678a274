import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bucketRegion } from '../../../src/core/aws/bucketRegion.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import { awsHome } from './awsHome.js';
import { type Answering, fakeAws } from './fakeAws.js';

let home: Awaited<ReturnType<typeof awsHome>>;
let aws: Awaited<ReturnType<typeof fakeAws>>;
let session: AwsSession;
let answer: Answering;

before(async () => {
  home = await awsHome();
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIATEST';
  process.env['AWS_SECRET_ACCESS_KEY'] = 's';
  aws = await fakeAws((request) => answer(request));
  session = await openSession({ region: 'eu-west-1', endpointUrl: aws.url });
});
after(async () => {
  session.dispose();
  await aws.stop();
  await home.remove();
});

describe('the region of a bucket', () => {
  const told = { 'x-amz-bucket-region': 'us-east-2' };
  for (const status of [200, 301, 400, 403]) {
    it(`is in the answer ${status}`, async () => {
      answer = () => ({ status, headers: told });
      assert.equal(await bucketRegion(session, 'backups'), 'us-east-2');
    });
  }

  it('of no bucket is an error that names it', async () => {
    answer = () => ({ status: 404 });
    await assert.rejects(bucketRegion(session, 'nope'), {
      code: 's3/no-such-bucket',
      message: /“nope”/,
    });
  });

  it('that is not told is an error too', async () => {
    answer = () => ({ status: 403 });
    await assert.rejects(bucketRegion(session, 'backups'), { code: 'aws/access-denied' });
  });
});
