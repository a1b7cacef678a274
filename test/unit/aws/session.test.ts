import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import type { SessionOptions } from '../../../src/core/aws/settings.js';
import { CancelledError, EngineError } from '../../../src/core/errors.js';
import { awsHome } from './awsHome.js';
import { type Answering, assumedRole, fakeAws, queryError } from './fakeAws.js';

const region = 'eu-west-1';
const role = 'arn:aws:iam::111122223333:role/dba';
const serial = 'arn:aws:iam::111122223333:mfa/me';
const profiles = `
[default]
region = eu-north-1
[profile plain]
region = eu-central-1
[profile no-region]
output = json
[profile role]
region = ${region}
role_arn = ${role}
source_profile = plain
mfa_serial = ${serial}
[profile sso]
region = ${region}
sso_session = corp
sso_account_id = 111122223333
sso_role_name = dba
[profile legacy-sso]
region = ${region}
sso_start_url = https://corp.invalid/start
sso_region = ${region}
sso_account_id = 111122223333
sso_role_name = dba
[sso-session corp]
sso_start_url = https://corp.invalid/start
sso_region = ${region}
`;
const keys = `
[plain]
aws_access_key_id = AKIAPLAIN
aws_secret_access_key = secret-of-plain
[only-keys]
aws_access_key_id = AKIAONLY
aws_secret_access_key = secret-of-only
`;

let home: Awaited<ReturnType<typeof awsHome>>;
let aws: Awaited<ReturnType<typeof fakeAws>>;
let answer: Answering = () => ({ body: {} });
const sessions: AwsSession[] = [];

async function open(o: SessionOptions = {}): Promise<AwsSession> {
  const session = await openSession(o);
  sessions.push(session);
  return session;
}

before(async () => {
  home = await awsHome();
  aws = await fakeAws((request) => answer(request));
});
beforeEach(async () => {
  home.clear();
  await home.config(profiles);
  await home.credentials(keys);
  answer = () => ({ body: {} });
  aws.requests.length = 0;
});
afterEach(() => {
  for (const session of sessions.splice(0)) session.dispose();
});
after(async () => {
  await aws.stop();
  await home.remove();
});

describe('the region of a session', () => {
  it('comes from the option, then the environment, then the profile', async () => {
    assert.equal((await open()).region, 'eu-north-1');
    assert.equal((await open({ profile: 'plain' })).region, 'eu-central-1');
    process.env['AWS_PROFILE'] = 'plain';
    assert.equal((await open()).region, 'eu-central-1');
    process.env['AWS_DEFAULT_REGION'] = 'us-east-2';
    assert.equal((await open()).region, 'us-east-2');
    process.env['AWS_REGION'] = 'us-gov-west-1';
    assert.equal((await open()).region, 'us-gov-west-1');
    assert.equal((await open()).partition, 'aws-us-gov');
    assert.equal((await open({ region: 'cn-north-1' })).partition, 'aws-cn');
  });

  it('is asked for, by profile, when there is none', async () => {
    for (const profile of ['no-region', 'only-keys']) {
      await assert.rejects(open({ profile }), {
        code: 'aws/no-region',
        message: new RegExp(`AWS_REGION.*--profile ${profile}$`),
      });
    }
  });

  it('is not an availability zone or a name from the console', async () => {
    for (const wrong of ['eu-west-1a', 'Ireland', 'eu_west_1']) {
      await assert.rejects(open({ region: wrong }), { code: 'aws/bad-region' });
    }
  });
});

describe('profile and endpoint of a session', () => {
  it('a profile that does not exist is refused with the ones that do', async () => {
    await assert.rejects(open({ profile: 'nope', region }), {
      code: 'aws/no-such-profile',
      message: /“nope”.*plain, no-region, role.*only-keys/,
    });
  });

  it('no files at all are fine while nobody names a profile', async () => {
    process.env['AWS_CONFIG_FILE'] = 'nowhere';
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = 'nowhere';
    assert.equal((await open({ region })).profile, undefined);
    await assert.rejects(open({ region, profile: 'x' }), { message: /There are no profiles/ });
  });

  it('an endpoint is a URL', async () => {
    for (const endpointUrl of ['localhost:4566', 'ftp://x', 'x y']) {
      await assert.rejects(open({ region, endpointUrl }), { code: 'aws/bad-endpoint' });
    }
  });

  it('the endpoint comes from the option, AWS_ENDPOINT_URL or the profile', async () => {
    await home.config(
      `[profile there]\nregion = ${region}\nendpoint_url = http://profile.invalid\n`,
    );
    assert.equal((await open({ profile: 'there' })).endpointUrl, 'http://profile.invalid');
    process.env['AWS_ENDPOINT_URL'] = 'http://env.invalid';
    assert.equal((await open({ profile: 'there' })).endpointUrl, 'http://env.invalid');
    const option = await open({ profile: 'there', endpointUrl: 'http://option.invalid' });
    assert.equal(option.endpointUrl, 'http://option.invalid');
    process.env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] = 'true';
    assert.equal((await open({ profile: 'there' })).endpointUrl, undefined);
  });
});

describe('clients', () => {
  it('go to the endpoint, signed for their region with the profile’s keys, buckets in the path', async () => {
    const session = await open({ profile: 'plain', endpointUrl: aws.url });
    const s3 = await session.s3('us-east-2');
    await s3.send(new HeadObjectCommand({ Bucket: 'backups', Key: 'a b/ä.bak' }));
    await (await session.kms()).send(new ListKeysCommand());
    assert.deepEqual(
      aws.requests.map((request) => [request.path, request.region, request.accessKeyId]),
      [
        ['/backups/a%20b/%C3%A4.bak', 'us-east-2', 'AKIAPLAIN'],
        ['/', 'eu-central-1', 'AKIAPLAIN'],
      ],
    );
  });

  it('go there also by AWS_ENDPOINT_URL and by the one for S3 alone', async () => {
    for (const variable of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3']) {
      home.clear();
      process.env[variable] = aws.url;
      const s3 = await (await open({ profile: 'plain' })).s3();
      await s3.send(new HeadObjectCommand({ Bucket: 'backups', Key: 'k' }));
      assert.equal(aws.requests.pop()?.path, '/backups/k');
    }
  });

  it('go to the endpoint of a profile that is named by option', async () => {
    await home.config(`[profile plain]\nregion = ${region}\nendpoint_url = ${aws.url}\n`);
    const session = await open({ profile: 'plain' });
    await (await session.kms()).send(new ListKeysCommand());
    await (await session.s3()).send(new HeadObjectCommand({ Bucket: 'backups', Key: 'k' }));
    assert.deepEqual(
      aws.requests.map(({ path }) => path),
      ['/', '/backups/k'],
    );
  });

  it('are made once per service and region', async () => {
    const session = await open({ profile: 'plain' });
    assert.equal(await session.s3(), await session.s3('eu-central-1'));
    assert.notEqual(await session.s3(), await session.s3('eu-west-1'));
    assert.equal(await session.rds(), await session.rds());
    assert.equal(await session.secretsManager(), await session.secretsManager());
  });

  it('take keys from the environment when no profile is named', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIAENV';
    process.env['AWS_SECRET_ACCESS_KEY'] = 's';
    await (await (await open({ endpointUrl: aws.url })).kms()).send(new ListKeysCommand());
    const named = await open({ endpointUrl: aws.url, profile: 'plain' });
    await (await named.kms()).send(new ListKeysCommand());
    assert.deepEqual(
      aws.requests.map(({ accessKeyId }) => accessKeyId),
      ['AKIAENV', 'AKIAPLAIN'],
    );
  });
});

describe('credentials', () => {
  it('assume the role of the profile with the MFA code, once for all clients', async () => {
    answer = ({ operation }) =>
      operation === 'AssumeRole' ? assumedRole('ASIAROLE') : { body: {} };
    const asked: string[] = [];
    const session = await open({
      profile: 'role',
      endpointUrl: aws.url,
      mfaCode: (device) => {
        asked.push(device);
        return Promise.resolve('123456');
      },
    });
    const clients = [await session.kms(), await session.kms('us-east-1')];
    await Promise.all(clients.map((kms) => kms.send(new ListKeysCommand())));
    assert.deepEqual(asked, [serial]);
    const [assume, ...calls] = aws.requests;
    assert.equal(assume?.accessKeyId, 'AKIAPLAIN');
    assert.equal(assume.region, region);
    assert.equal(assume.form.get('RoleArn'), role);
    assert.equal(assume.form.get('SerialNumber'), serial);
    assert.equal(assume.form.get('TokenCode'), '123456');
    for (const call of calls) {
      assert.equal(call.accessKeyId, 'ASIAROLE');
      assert.equal(call.headers['x-amz-security-token'], 'token-of-ASIAROLE');
    }
    assert.equal(calls.length, 2);
  });

  it('assume the role of the option on top of the profile, with MFA when a device is named', async () => {
    answer = () => assumedRole('ASIAOPTION');
    const session = await open({
      profile: 'plain',
      endpointUrl: aws.url,
      roleArn: role,
      mfaSerial: serial,
      mfaCode: () => Promise.resolve('654321'),
    });
    assert.equal((await session.credentials()).accessKeyId, 'ASIAOPTION');
    const { form } = aws.requests[0]!;
    assert.match(form.get('RoleSessionName') ?? '', /^[\w+=,.@-]{2,64}$/);
    assert.equal(form.get('TokenCode'), '654321');
  });

  it('given in memory win over profile and environment, and need no profile', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIAENV';
    process.env['AWS_SECRET_ACCESS_KEY'] = 's';
    process.env['AWS_PROFILE'] = 'does-not-exist';
    const credentials = { accessKeyId: 'AKIAGIVEN', secretAccessKey: 'g', sessionToken: 'token' };
    for (const profile of [undefined, 'plain', 'nope']) {
      const session = await open({ profile, region, endpointUrl: aws.url, credentials });
      assert.equal(session.profile, undefined);
      await (await session.kms()).send(new ListKeysCommand());
      const sent = aws.requests.pop();
      assert.equal(sent?.accessKeyId, 'AKIAGIVEN');
      assert.equal(sent.headers['x-amz-security-token'], 'token');
    }
    answer = () => assumedRole('ASIAOPTION');
    const assumed = await open({ region, endpointUrl: aws.url, credentials, roleArn: role });
    assert.equal((await assumed.credentials()).accessKeyId, 'ASIAOPTION');
    assert.equal(aws.requests.pop()?.accessKeyId, 'AKIAGIVEN');
    await assert.rejects(open({ credentials, profile: 'plain' }), { code: 'aws/no-region' });
  });

  it('come from a web identity token', async () => {
    answer = () => assumedRole('ASIAWEB', 'AssumeRoleWithWebIdentity');
    process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = await home.file('token', 'the-token');
    process.env['AWS_ROLE_ARN'] = role;
    const session = await open({ region, endpointUrl: aws.url });
    assert.equal((await session.credentials()).accessKeyId, 'ASIAWEB');
    assert.equal(aws.requests[0]?.form.get('WebIdentityToken'), 'the-token');
    assert.equal(aws.requests[0].accessKeyId, undefined);
  });

  it('come from a credential process', async () => {
    const output = { Version: 1, AccessKeyId: 'AKIAPROC', SecretAccessKey: 's' };
    const script = await home.file(
      'keys.cjs',
      `process.stdout.write(${JSON.stringify(JSON.stringify(output))})`,
    );
    await home.config(
      `[profile process]\nregion = ${region}\n` +
        `credential_process = "${process.execPath}" "${script}"\n`,
    );
    const session = await open({ profile: 'process' });
    assert.equal((await session.credentials()).accessKeyId, 'AKIAPROC');
  });

  it('are read again from the files', async () => {
    const session = await open({ profile: 'plain' });
    assert.equal((await session.credentials()).accessKeyId, 'AKIAPLAIN');
    await home.credentials(keys.replace('AKIAPLAIN', 'AKIANEW'));
    assert.equal((await session.credentials()).accessKeyId, 'AKIAPLAIN');
    assert.equal((await session.credentials({ forceRefresh: true })).accessKeyId, 'AKIANEW');
  });
});

describe('credentials that cannot be had', () => {
  async function failure(o: SessionOptions): Promise<EngineError> {
    const session = await open(o);
    const sts = await session.sts();
    const error = await sts.send(new GetCallerIdentityCommand()).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof EngineError, String(error));
    assert.doesNotMatch(`${error.message} ${String(error.stack)}`, /secret-of/);
    return error;
  }

  it('an SSO session that is missing says how to sign in', async () => {
    for (const profile of ['sso', 'legacy-sso']) {
      const error = await failure({ profile });
      assert.equal(error.code, 'aws/sso-expired');
      assert.match(error.message, new RegExp(`aws sso login --profile ${profile}$`));
      assert.ok(error.cause instanceof Error);
    }
  });

  it('an MFA device without anybody to ask', async () => {
    assert.equal((await failure({ profile: 'role' })).code, 'aws/mfa-required');
    const option = { profile: 'plain', roleArn: role, mfaSerial: serial };
    assert.equal((await failure(option)).code, 'aws/mfa-required');
  });

  it('an MFA prompt that was cancelled stays a cancel', async () => {
    const mfaCode = () => Promise.reject(new CancelledError());
    assert.equal((await failure({ profile: 'role', mfaCode })).code, 'cancelled');
  });

  it('a wrong MFA code', async () => {
    answer = () =>
      queryError(
        'AccessDenied',
        'MultiFactorAuthentication failed with invalid MFA one time pass code.',
        403,
      );
    const mfaCode = () => Promise.resolve('000000');
    const error = await failure({ profile: 'role', endpointUrl: aws.url, mfaCode });
    assert.equal(error.code, 'aws/mfa-refused');
  });

  it('a role that may not be assumed is named', async () => {
    answer = () => queryError('AccessDenied', 'User: x is not authorized to perform: y', 403);
    const error = await failure({ profile: 'plain', endpointUrl: aws.url, roleArn: role });
    assert.equal(error.code, 'aws/role-refused');
    assert.match(error.message, /role\/dba.*not authorized/);
  });

  it('none at all', async () => {
    await home.credentials('');
    assert.equal((await failure({})).code, 'aws/no-credentials');
  });
});
