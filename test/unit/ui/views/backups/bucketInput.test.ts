import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bucketPlaceProblem,
  parseBucketPlace,
} from '../../../../../src/ui/views/backups/bucketInput.js';

describe('What is typed or pasted to add a bucket', () => {
  const places: [typed: string, bucket: string, prefix: string][] = [
    ['sql-backups', 'sql-backups', ''],
    ['  sql-backups ', 'sql-backups', ''],
    ['s3://sql-backups', 'sql-backups', ''],
    ['s3://sql-backups/', 'sql-backups', ''],
    ['s3://sql-backups/nightly', 'sql-backups', 'nightly/'],
    ['sql-backups/nightly/2024/', 'sql-backups', 'nightly/2024/'],
    ['arn:aws:s3:::sql-backups', 'sql-backups', ''],
    ['arn:aws-cn:s3:::sql-backups/nightly/', 'sql-backups', 'nightly/'],
    ['s3://sql-backups/nightly/full.bak', 'sql-backups', 'nightly/'],
    ['s3://sql-backups/full.bak', 'sql-backups', ''],
    ['s3://sql-backups/März 2024', 'sql-backups', 'März 2024/'],
  ];
  for (const [typed, bucket, prefix] of places) {
    it(`reads “${typed}”`, () => {
      assert.deepEqual(parseBucketPlace(typed), { bucket, prefix });
      assert.equal(bucketPlaceProblem(typed), undefined);
    });
  }

  for (const typed of [
    '',
    's3://',
    'Sql-Backups',
    's3://my bucket/x',
    'arn:aws:rds:::sql-backups',
  ]) {
    it(`refuses “${typed}” with a sentence`, () => {
      assert.match(bucketPlaceProblem(typed) ?? '', /^A bucket name .*\.$/);
    });
  }
});
