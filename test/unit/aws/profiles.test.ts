import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { listProfiles } from '../../../src/core/aws/profiles.js';
import { awsHome } from './awsHome.js';

let home: Awaited<ReturnType<typeof awsHome>>;

before(async () => {
  home = await awsHome();
});
beforeEach(() => {
  home.clear();
});
after(() => home.remove());

describe('the profiles of the AWS files', () => {
  it('are listed with where their credentials come from, and no secrets', async () => {
    await home.config(`
[default]
region = eu-west-1
[profile sso]
sso_session = corp
region = eu-central-1
[profile old-sso]
sso_start_url = https://corp.invalid
[sso-session corp]
sso_start_url = https://corp.invalid
[services local]
s3 =
  endpoint_url = http://127.0.0.1:1
[profile role]
role_arn = arn:aws:iam::111122223333:role/dba
source_profile = keys
[profile process]
credential_process = get-keys
[profile dotted.name]
region = us-east-1
`);
    await home.credentials(
      '[keys]\naws_access_key_id = AKIAKEYS\naws_secret_access_key = secret-of-keys\n' +
        '[default]\naws_access_key_id = AKIADEF\naws_secret_access_key = secret-of-default\n',
    );
    const profiles = await listProfiles();
    assert.deepEqual(
      profiles.map(({ name, region, kind }) => [name, region, kind]),
      [
        ['default', 'eu-west-1', 'keys'],
        ['sso', 'eu-central-1', 'sso'],
        ['old-sso', undefined, 'sso'],
        ['role', undefined, 'role'],
        ['process', undefined, 'process'],
        ['dotted.name', 'us-east-1', 'other'],
        ['keys', undefined, 'keys'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(profiles), /secret-of|AKIA/);
  });

  it('are none without files', async () => {
    process.env['AWS_CONFIG_FILE'] = 'nowhere';
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = 'nowhere';
    assert.deepEqual(await listProfiles(), []);
  });
});
