import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatArn, parseArn, partitionOfRegion, s3ObjectArn } from '../../../src/core/aws/arn.js';
import { parseKmsKeyArn, regionOfKey } from '../../../src/core/aws/kmsKeyArn.js';
import { parseS3Arn } from '../../../src/core/aws/s3Arn.js';
import { formatS3Uri, parseS3Uri } from '../../../src/core/aws/s3Uri.js';

const partitions = ['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-eusc'];
const key = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter((k) => k === k.trim());

describe('ARNs', () => {
  it('are the same after parsing and formatting', () => {
    for (const arn of [
      'arn:aws:s3:::bucket/a:b/c.bak',
      'arn:aws-cn:rds:cn-north-1:111122223333:db:prod',
      'arn:aws-us-gov:iam::111122223333:role/path/name',
      'arn:aws:iam::aws:policy/ReadOnlyAccess',
    ]) {
      assert.equal(formatArn(parseArn(arn)), arn);
    }
  });

  it('of objects are read back as bucket and key, in every partition', () => {
    fc.assert(
      fc.property(fc.constantFrom(...partitions), key, (partition, objectKey) => {
        const parsed = parseS3Arn(s3ObjectArn(partition, 'my-bucket', objectKey));
        assert.deepEqual(parsed, {
          kind: 'bucket',
          partition,
          bucket: 'my-bucket',
          key: objectKey,
        });
      }),
    );
  });

  it('of access points give region, account, name and key', () => {
    assert.deepEqual(
      parseS3Arn('arn:aws:s3:eu-west-1:111122223333:accesspoint/apt/object/a/b.bak'),
      {
        kind: 'access-point',
        partition: 'aws',
        region: 'eu-west-1',
        account: '111122223333',
        name: 'apt',
        directoryBucket: false,
        key: 'a/b.bak',
      },
    );
    const express = parseS3Arn(
      'arn:aws:s3express:us-east-1:111122223333:accesspoint/apt--use1-az4--xa-s3/object/set/*',
    );
    assert.ok(express.kind === 'access-point' && express.directoryBucket);
  });

  it('that are none are refused', () => {
    for (const text of [
      '',
      'arn',
      'arn:aws:s3::',
      's3://b/k',
      'arn:xx:s3:::b',
      'arn:aws:iam::12:role/x',
    ]) {
      assert.throws(() => parseArn(text), { code: 'arn/malformed' });
    }
    for (const [text, code] of [
      ['arn:aws:s3:::UPPER/k', 's3-arn/bad-bucket'],
      ['arn:aws:s3::111122223333:bucket/k', 's3-arn/bad-bucket'],
      ['arn:aws:s3:eu-west-1:111122223333:accesspoint/apt', 's3-arn/bad-bucket'],
    ] as const) {
      assert.throws(() => parseS3Arn(text), { code });
    }
  });

  it('of KMS keys give region and id', () => {
    const arn = 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234';
    assert.deepEqual(parseKmsKeyArn(arn), {
      partition: 'aws-us-gov',
      region: 'us-gov-west-1',
      account: '111122223333',
      kind: 'key',
      id: 'mrk-1234',
    });
    assert.equal(parseKmsKeyArn(arn.replace('key/mrk-1234', 'alias/aws/s3')).kind, 'alias');
    assert.equal(regionOfKey(arn), 'us-gov-west-1');
    assert.equal(regionOfKey('alias/backup'), undefined);
    for (const wrong of ['arn:aws:kms:eu-west-1::key/x', 'arn:aws:s3:::b/k', `${arn}:x`]) {
      assert.throws(() => parseKmsKeyArn(wrong), { code: 'kms/not-a-key-arn' });
    }
  });

  it('partitions follow from the region', () => {
    const cases = {
      'eu-west-1': 'aws',
      'cn-northwest-1': 'aws-cn',
      'us-gov-east-1': 'aws-us-gov',
      'us-iso-east-1': 'aws-iso',
      'us-isob-east-1': 'aws-iso-b',
      'eu-isoe-west-1': 'aws-iso-e',
      'us-isof-south-1': 'aws-iso-f',
      'eusc-de-east-1': 'aws-eusc',
    };
    for (const [region, partition] of Object.entries(cases)) {
      assert.equal(partitionOfRegion(region), partition);
    }
  });
});

describe('S3 locations', () => {
  it('are the same after formatting and parsing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (objectKey) => {
        const location = { bucket: 'my.bucket-1', key: objectKey };
        assert.deepEqual(parseS3Uri(formatS3Uri(location)), location);
      }),
    );
  });

  it('may name a bucket alone', () => {
    for (const text of ['s3://bucket', 's3://bucket/']) {
      assert.deepEqual(parseS3Uri(text), { bucket: 'bucket', key: '' });
    }
  });

  it('that are none are refused', () => {
    for (const text of [
      '',
      's3://',
      's3:///k',
      'S3://b/k',
      's3://b/k',
      'https://x',
      's3://Bucket/k',
    ]) {
      assert.throws(() => parseS3Uri(text), { code: 's3-uri/malformed' });
    }
  });
});
