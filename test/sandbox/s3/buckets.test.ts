import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudScene, named } from '../../support/cloud.js';
import { sendRaw, signRequest } from '../../support/rawRequest.js';

describe('S3 buckets', () => {
  let scene: CloudScene;
  before(async () => {
    scene = await CloudScene.start();
  });
  after(() => scene.stop());

  const create = (Bucket: string, region: string, constraint?: string) =>
    scene.s3({ region }).send(
      new CreateBucketCommand({
        Bucket,
        ...(constraint !== undefined && {
          CreateBucketConfiguration: { LocationConstraint: constraint as BucketLocationConstraint },
        }),
      }),
    );

  it('are created by the rules of their region', async () => {
    await create('made-here', 'us-east-1');
    await create('made-here', 'us-east-1');
    await create('made-there', 'us-east-1', 'eu-west-1');
    await create('made-direct', 'eu-west-1', 'eu-west-1');
    await assert.rejects(
      create('made-direct', 'eu-west-1', 'eu-west-1'),
      named('BucketAlreadyOwnedByYou'),
    );
    await assert.rejects(
      create('x-wrong', 'eu-west-1', 'eu-west-2'),
      named('IllegalLocationConstraintException'),
    );
    await assert.rejects(
      create('x-wrong', 'us-east-1', 'us-east-1'),
      named('InvalidLocationConstraint'),
    );
    for (const name of ['Upper', 'a..b', '1.2.3.4', 'ends-', 'xn--x']) {
      await assert.rejects(create(name, 'us-east-1'), named('InvalidBucketName'), name);
    }
    const { Buckets } = await scene.s3().send(new ListBucketsCommand({ Prefix: 'made-' }));
    assert.deepEqual(
      Buckets?.map(({ Name, BucketRegion }) => [Name, BucketRegion]),
      [['made-direct', 'eu-west-1'], ['made-here', 'us-east-1'], ['made-there', 'eu-west-1']], // prettier-ignore
    );
    const location = async (Bucket: string) =>
      (await scene.s3().send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint;
    assert.equal(await location('made-here'), undefined);
    assert.equal(await location('made-there'), 'eu-west-1');
  });

  it('lead a client that signs for the wrong region to the right one', async () => {
    const Bucket = scene.seed.secondBucket;
    const stubborn = scene.s3();
    await assert.rejects(
      stubborn.send(new HeadBucketCommand({ Bucket })),
      (error: S3ServiceException) => {
        assert.equal(error.$metadata.httpStatusCode, 301);
        assert.equal(error.$response?.headers['x-amz-bucket-region'], 'eu-west-1');
        return true;
      },
    );
    await assert.rejects(
      stubborn.send(new ListObjectsV2Command({ Bucket })),
      named('PermanentRedirect', /addressed using the specified endpoint/),
    );
    const following = scene.s3({ followRegionRedirects: true });
    const head = await following.send(new HeadBucketCommand({ Bucket }));
    assert.equal(head.BucketRegion, 'eu-west-1');
    await following.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'v' }));
  });

  it('are reached by virtual host too, where a wrong region is named', async () => {
    const { port } = scene.endpoint;
    const Bucket = scene.seed.secondBucket;
    const ask = (region: string) => {
      const request = { method: 'GET', target: '/?list-type=2', region };
      const { headers } = signRequest(
        `${Bucket}.localhost:${String(port)}`,
        request,
        scene.rootCredentials,
      );
      return sendRaw(scene.endpoint.url, { ...request, headers });
    };
    const right = await ask('eu-west-1');
    assert.equal(right.status, 200);
    assert.match(right.body, new RegExp(`<Name>${Bucket}</Name>`));
    const wrong = await ask('us-east-1');
    assert.equal(wrong.status, 400);
    assert.match(wrong.body, /<Code>AuthorizationHeaderMalformed</);
    assert.match(wrong.body, /the region 'us-east-1' is wrong; expecting 'eu-west-1'/);
    assert.equal(wrong.headers['x-amz-bucket-region'], 'eu-west-1');
  });

  it('are deleted only when empty', async () => {
    await create('full-bucket', 'us-east-1');
    await scene.s3().send(new PutObjectCommand({ Bucket: 'full-bucket', Key: 'x', Body: '' }));
    const remove = (Bucket: string) => scene.s3().send(new DeleteBucketCommand({ Bucket }));
    await assert.rejects(remove('full-bucket'), named('BucketNotEmpty'));
    await create('empty-bucket', 'us-east-1');
    await remove('empty-bucket');
    await assert.rejects(remove('empty-bucket'), named('NoSuchBucket'));
    await assert.rejects(
      scene.s3().send(new GetObjectCommand({ Bucket: 'empty-bucket', Key: 'x' })),
      named('NoSuchBucket', /The specified bucket does not exist/),
    );
  });

  it('encrypt by default as they are told, with the key checked', async () => {
    const Bucket = 'kms-bucket';
    const s3 = scene.s3();
    await create(Bucket, 'us-east-1');
    const encryption = async () => {
      const answer = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
      return answer.ServerSideEncryptionConfiguration?.Rules?.[0]
        ?.ApplyServerSideEncryptionByDefault;
    };
    assert.equal((await encryption())?.SSEAlgorithm, 'AES256');
    const { kmsKeyArn } = scene.seed;
    await s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: {
                SSEAlgorithm: 'aws:kms',
                KMSMasterKeyID: kmsKeyArn,
              },
            },
          ],
        },
      }),
    );
    assert.equal((await encryption())?.KMSMasterKeyID, kmsKeyArn);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'y' }));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'x' }));
    assert.equal(head.ServerSideEncryption, 'aws:kms');
    assert.equal(head.SSEKMSKeyId, kmsKeyArn);
    await assert.rejects(
      s3.send(
        new PutObjectCommand({
          Bucket,
          Key: 'z',
          Body: 'y',
          ServerSideEncryption: 'aws:kms',
          SSEKMSKeyId: kmsKeyArn.replace(/.{4}$/, '0000'),
        }),
      ),
      named('KMS.NotFoundException'),
    );
  });

  it('keep a policy, and say plainly what the sandbox does not do', async () => {
    const Bucket = scene.seed.bucket;
    const s3 = scene.s3();
    const get = () => s3.send(new GetBucketPolicyCommand({ Bucket }));
    await assert.rejects(get(), named('NoSuchBucketPolicy'));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: '*' }],
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    assert.equal((await get()).Policy, Policy);
    await assert.rejects(
      s3.send(new PutBucketPolicyCommand({ Bucket, Policy: '{"Statement":[{"Effect":"Maybe"}]}' })),
      named('MalformedPolicy'),
    );
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, undefined);
    await assert.rejects(
      s3.send(new GetBucketWebsiteCommand({ Bucket })),
      named('NotImplemented', /The sandbox does not implement S3's "GET bucket website"/),
    );
  });

  it('refuse a request meant for another owner', async () => {
    const request = { Bucket: scene.seed.bucket, ExpectedBucketOwner: '000000000000' };
    await assert.rejects(scene.s3().send(new ListObjectsV2Command(request)), named('AccessDenied'));
  });
});
