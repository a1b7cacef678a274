import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bucketNameProblem, s3KeyProblem } from '../../../src/core/aws/s3Names.js';

describe('the name of a bucket', () => {
  it('is taken when S3 takes it', () => {
    for (const name of ['abc', 'my-backups.2024', '0'.repeat(63), '1.2.3.4.5']) {
      assert.equal(bucketNameProblem(name), undefined, name);
    }
  });

  for (const [name, problem] of [
    ['ab', /3 to 63/],
    ['a'.repeat(64), /3 to 63/],
    ['MyBackups', /capital/],
    ['my_backups', /lower-case letters, digits/],
    ['s3://my-backups/', /lower-case letters, digits/],
    ['-backups', /begins and ends/],
    ['backups.', /begins and ends/],
    ['my..backups', /two dots/],
    ['192.168.0.1', /IP address/],
  ] as const) {
    it(`is not ${name.slice(0, 20)}`, () => {
      assert.match(bucketNameProblem(name) ?? '', problem);
    });
  }
});

describe('the key of a backup', () => {
  it('is taken when S3 and RDS take it', () => {
    for (const key of ['a.bak', 'in/2024/Ä it’s (1).bak', 'x'.repeat(1024), '...bak']) {
      assert.equal(s3KeyProblem(key), undefined, key);
    }
  });

  for (const [key, problem] of [
    ['', /name/],
    [' ', /name/],
    ['Ä'.repeat(513), /1026 bytes; S3 takes 1024/],
    ['in/', /folder/],
    ['/in/a.bak', /without a slash/],
    ['a\nb', /control character/],
    ['in/a*.bak', /asterisk/],
    ['in/../a.bak', /named \. or \.\./],
  ] as const) {
    it(`is not ${JSON.stringify(key.slice(0, 12))}`, () => {
      assert.match(s3KeyProblem(key) ?? '', problem);
    });
  }
});
