import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameByKey, parseSource, sourceName } from '../../../../src/ui/restore/backupSource.js';

const parse = (text: string, folder?: { bucket: string; key: string }) =>
  parseSource(text, 'aws', folder);

describe('the backup that somebody typed', () => {
  it('is an object by its URI or ARN', () => {
    const location = { bucket: 'backups', key: 'a/sales.bak' };
    const s3Arn = 'arn:aws:s3:::backups/a/sales.bak';
    assert.deepEqual(parse('  s3://backups/a/sales.bak '), { s3Arn, location });
    assert.equal(parse(s3Arn)?.s3Arn, s3Arn);
    assert.equal(sourceName(parse(s3Arn)!), 's3://backups/a/sales.bak');
    assert.equal(
      parseSource('s3://backups/a.bak', 'aws-cn')?.s3Arn,
      'arn:aws-cn:s3:::backups/a.bak',
    );
  });

  it('is a backup of several files by the beginning that they share', () => {
    assert.equal(parse('s3://backups/a/sales_*')?.s3Arn, 'arn:aws:s3:::backups/a/sales_*');
    const folder = { bucket: 'backups', key: 'a/' };
    assert.equal(parse('sales_*', folder)?.s3Arn, 'arn:aws:s3:::backups/a/sales_*');
  });

  it('is behind an access point by its ARN alone', () => {
    const arn = 'arn:aws:s3:eu-central-1:111122223333:accesspoint/sql/object/sales.bak';
    assert.deepEqual(parse(arn), { s3Arn: arn, location: undefined });
    assert.equal(sourceName(parse(arn)!), arn);
  });

  it('is none where the text names no object', () => {
    const texts = [
      '',
      'sales',
      'sales_*',
      's3://backups',
      's3://backups/',
      's3://backups/a/',
      's3://B/x',
    ];
    const arns = ['arn:aws:s3:::backups', 'arn:aws:kms:eu-central-1:111122223333:key/x'];
    for (const text of [...texts, ...arns, 's3://backups/*', 's3://backups/a*b.bak']) {
      assert.equal(parse(text), undefined, text);
    }
    assert.equal(parse('sales', { bucket: 'backups', key: 'a/' }), undefined);
    assert.equal(parse('*', { bucket: 'backups', key: '' }), undefined);
  });

  it('suggests a name for the database', () => {
    const nameOf = (text: string) => nameByKey(parse(text)!);
    assert.equal(nameOf('s3://backups/a/sales.bak'), 'sales');
    assert.equal(nameOf('s3://backups/a/sales.2024.BAK'), 'sales.2024');
    assert.equal(nameOf('s3://backups/a/sales_*'), 'sales');
    assert.equal(nameOf('s3://backups/a/März 2024'), 'März 2024');
  });
});
