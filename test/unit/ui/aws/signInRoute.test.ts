import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProfileSettings } from '../../../../src/core/aws/profiles.js';
import { signInRoute } from '../../../../src/ui/aws/signInRoute.js';

const profiles = new Map<string, ProfileSettings>([
  ['sso', { sso_session: 'corp', sso_account_id: '123456789012' }],
  ['old sso', { sso_start_url: 'https://corp.awsapps.com/start' }],
  ['console', { login_session: 'arn:aws:iam::123456789012:user/dba' }],
  ['role', { role_arn: 'arn:aws:iam::123456789012:role/dba', source_profile: 'sso' }],
  ['chained', { role_arn: 'arn:aws:iam::123456789012:role/other', source_profile: 'role' }],
  ['circle', { role_arn: 'arn:aws:iam::123456789012:role/x', source_profile: 'circle' }],
  ['lost', { role_arn: 'arn:aws:iam::123456789012:role/x', source_profile: 'gone' }],
  ['keys', { aws_access_key_id: 'AKIA', aws_secret_access_key: 'secret' }],
]);

describe('the way to new AWS credentials', () => {
  for (const [name, args] of [
    ['sso', ['sso', 'login', '--profile', 'sso']],
    ['old sso', ['sso', 'login', '--profile', 'old sso']],
    ['console', ['login', '--profile', 'console']],
    ['role', ['sso', 'login', '--profile', 'sso']],
    ['chained', ['sso', 'login', '--profile', 'sso']],
  ] as const) {
    it(`of the profile “${name}” is: aws ${args.join(' ')}`, () => {
      assert.deepEqual(signInRoute(profiles, name), { kind: 'cli', args });
    });
  }

  for (const name of ['keys', 'circle', 'lost', 'no such profile']) {
    it(`of the profile “${name}” are the files`, () => {
      assert.deepEqual(signInRoute(profiles, name), { kind: 'files' });
    });
  }
});
