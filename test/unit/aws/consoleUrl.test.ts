import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { consoleUrl } from '../../../src/core/aws/consoleUrl.js';
import { regionsOf } from '../../../src/core/aws/regions.js';

describe('addresses in the web console', () => {
  const region = 'eu-west-1';
  const base = 'https://eu-west-1.console.aws.amazon.com';
  const keyArn = (of: string, partition = 'aws') =>
    `arn:${partition}:kms:${of}:111122223333:key/mrk-0123456789abcdef0123456789abcdef`;

  it('of everything that the editor shows', () => {
    assert.equal(
      consoleUrl({ kind: 'instance', region, id: 'sql2019' }),
      `${base}/rds/home?region=eu-west-1#database:id=sql2019;is-cluster=false`,
    );
    assert.equal(
      consoleUrl({ kind: 'option-group', region, name: 'default:sqlserver-se-15-00' }),
      `${base}/rds/home?region=eu-west-1#option-group-details:option-group-name=default%3Asqlserver-se-15-00`,
    );
    assert.equal(
      consoleUrl({ kind: 'bucket', region, bucket: 'backups' }),
      `${base}/s3/buckets/backups?region=eu-west-1`,
    );
    assert.equal(
      consoleUrl({ kind: 'prefix', region, bucket: 'backups', key: 'a b/ä/' }),
      `${base}/s3/buckets/backups?region=eu-west-1&prefix=a%20b%2F%C3%A4%2F`,
    );
    assert.equal(
      consoleUrl({ kind: 'object', region, bucket: 'backups', key: 'x&y=1#.bak' }),
      `${base}/s3/object/backups?region=eu-west-1&prefix=x%26y%3D1%23.bak`,
    );
    assert.equal(
      consoleUrl({ kind: 'kms-key', arn: keyArn(region) }),
      `${base}/kms/home?region=eu-west-1#/kms/keys/mrk-0123456789abcdef0123456789abcdef`,
    );
    assert.equal(
      consoleUrl({ kind: 'kms-key', arn: `arn:aws:kms:${region}:111122223333:alias/backups` }),
      `${base}/kms/home?region=eu-west-1#/kms/keys`,
    );
  });

  it('lie in the domain of the partition', () => {
    const host = (of: string) =>
      new URL(consoleUrl({ kind: 'bucket', region: of, bucket: 'b' }) ?? '').host;
    assert.equal(host('cn-north-1'), 'cn-north-1.console.amazonaws.cn');
    assert.equal(host('us-gov-west-1'), 'us-gov-west-1.console.amazonaws-us-gov.com');
    assert.equal(consoleUrl({ kind: 'bucket', region: 'us-iso-east-1', bucket: 'b' }), undefined);
    assert.match(
      consoleUrl({ kind: 'kms-key', arn: keyArn('cn-northwest-1', 'aws-cn') }) ?? '',
      /^https:\/\/cn-northwest-1\.console\.amazonaws\.cn\/kms/,
    );
  });
});

describe('the regions', () => {
  it('are those of a partition, each once', () => {
    assert.ok(regionsOf('aws').some(({ id }) => id === 'eu-central-1'));
    assert.deepEqual(
      regionsOf('aws-cn').map(({ id }) => id),
      ['cn-north-1', 'cn-northwest-1'],
    );
    assert.equal(regionsOf('aws-us-gov').length, 2);
    const all = regionsOf();
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    for (const { id, name } of all) {
      assert.match(id, /^[a-z]{2}(?:-[a-z]+)+-\d$/);
      assert.match(name, /\(.+\)$/);
    }
  });
});
