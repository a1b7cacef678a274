import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { describeInstance, listInstances } from '../../../src/core/aws/instances.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import { masterPassword } from '../../../src/core/sql/masterPassword.js';
import { awsHome } from './awsHome.js';
import { type Answering, type AwsRequest, fakeAws, jsonError, queryError } from './fakeAws.js';

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/rds-backup`;
const secret = `arn:aws:secretsmanager:eu-west-1:${account}:secret:rds!db-1`;

interface Sent {
  readonly id: string;
  readonly engine?: string;
  readonly groups?: readonly (readonly [name: string, status: string])[];
  readonly more?: string;
}

function instanceXml({ id, engine = 'sqlserver-se', groups = [], more = '' }: Sent): string {
  const memberships = groups.map(
    ([name, status]) =>
      `<OptionGroupMembership><OptionGroupName>${name}</OptionGroupName>` +
      `<Status>${status}</Status></OptionGroupMembership>`,
  );
  return (
    `<DBInstance><DBInstanceIdentifier>${id}</DBInstanceIdentifier><Engine>${engine}</Engine>` +
    `<DBInstanceArn>arn:aws:rds:eu-west-1:${account}:db:${id}</DBInstanceArn>` +
    '<EngineVersion>15.00.4415.2.v1</EngineVersion><DBInstanceStatus>available</DBInstanceStatus>' +
    '<MasterUsername>admin</MasterUsername><AllocatedStorage>20</AllocatedStorage>' +
    '<MultiAZ>false</MultiAZ>' +
    `<OptionGroupMemberships>${memberships.join('')}</OptionGroupMemberships>${more}</DBInstance>`
  );
}

const xml = (operation: string, result: string) => ({
  headers: { 'content-type': 'text/xml' },
  body:
    `<${operation}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><${operation}Result>` +
    `${result}</${operation}Result></${operation}Response>`,
});

const page = (instances: readonly Sent[], marker?: string) =>
  xml(
    'DescribeDBInstances',
    `<DBInstances>${instances.map(instanceXml).join('')}</DBInstances>` +
      (marker === undefined ? '' : `<Marker>${marker}</Marker>`),
  );

const optionGroup = (name: string, options: string) =>
  xml(
    'DescribeOptionGroups',
    `<OptionGroupsList><OptionGroup><OptionGroupName>${name}</OptionGroupName>` +
      `<Options>${options}</Options></OptionGroup></OptionGroupsList>`,
  );

const backupOption = (setting = `<Name>IAM_ROLE_ARN</Name><Value>${role}</Value>`) =>
  '<Option><OptionName>SQLSERVER_BACKUP_RESTORE</OptionName><OptionSettings>' +
  `<OptionSetting>${setting}</OptionSetting></OptionSettings></Option>`;

/** Option groups by name: the XML of their options. */
const groups: Readonly<Record<string, string>> = {
  backup: backupOption(),
  plain: '<Option><OptionName>SQLSERVER_AUDIT</OptionName></Option>',
  roleless: backupOption('<Name>OTHER</Name><Value>x</Value>'),
};

function answerGroups({ form }: AwsRequest) {
  const name = form.get('OptionGroupName') ?? '';
  const options = groups[name];
  return options === undefined
    ? queryError('AccessDenied', `not authorized to read ${name}`, 403)
    : optionGroup(name, options);
}

let home: Awaited<ReturnType<typeof awsHome>>;
let aws: Awaited<ReturnType<typeof fakeAws>>;
let session: AwsSession;
let answer: Answering;

before(async () => {
  home = await awsHome();
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIATEST';
  process.env['AWS_SECRET_ACCESS_KEY'] = 's';
  aws = await fakeAws((request) =>
    request.operation === 'DescribeOptionGroups' ? answerGroups(request) : answer(request),
  );
  session = await openSession({ region: 'eu-west-1', endpointUrl: aws.url });
});
beforeEach(() => {
  aws.requests.length = 0;
});
after(async () => {
  session.dispose();
  await aws.stop();
  await home.remove();
});

describe('listing instances', () => {
  it('reads all pages, keeps those of SQL Server, sorted by id', async () => {
    answer = ({ form }) =>
      form.get('Marker') === null
        ? page([{ id: 'z' }, { id: 'p', engine: 'postgres' }], 'next')
        : page([
            { id: 'a', engine: 'sqlserver-ee' },
            { id: 'c', engine: 'custom-sqlserver-ee' },
          ]);
    const instances = await listInstances(session);
    assert.deepEqual(
      instances.map(({ id, engine, edition }) => [id, engine, edition]),
      [
        ['a', 'sqlserver-ee', 'Enterprise Edition'],
        ['z', 'sqlserver-se', 'Standard Edition'],
      ],
    );
    assert.deepEqual(
      aws.requests.map(({ form }) => form.get('Marker')),
      [null, 'next'],
    );
  });

  it('gives endpoint, master secret and option groups; a new instance has no endpoint yet', async () => {
    answer = () =>
      page([
        {
          id: 'prod',
          groups: [['backup', 'in-sync']],
          more:
            '<Endpoint><Address>127.0.0.1</Address><Port>11433</Port></Endpoint>' +
            `<MasterUserSecret><SecretArn>${secret}</SecretArn>` +
            '<SecretStatus>active</SecretStatus></MasterUserSecret>',
        },
        { id: 'young' },
      ]);
    const [prod, young] = await listInstances(session);
    assert.deepEqual(prod, {
      id: 'prod',
      arn: `arn:aws:rds:eu-west-1:${account}:db:prod`,
      region: 'eu-west-1',
      engine: 'sqlserver-se',
      edition: 'Standard Edition',
      engineVersion: '15.00.4415.2.v1',
      status: 'available',
      endpoint: { host: '127.0.0.1', port: 11433 },
      masterUsername: 'admin',
      masterSecret: { arn: secret, status: 'active' },
      multiAz: false,
      allocatedStorageGiB: 20,
      publiclyAccessible: false,
      optionGroups: [{ group: 'backup', status: 'in-sync' }],
      backupRestore: { state: 'ready', optionGroup: 'backup', roleArn: role },
    });
    assert.equal(young?.endpoint, undefined);
    assert.equal(young?.masterSecret, undefined);
  });

  it('reads every option group once, and none of the default ones', async () => {
    answer = () =>
      page([
        { id: 'a', groups: [['backup', 'in-sync']] },
        { id: 'b', groups: [['backup', 'in-sync']] },
        { id: 'c', groups: [['default:sqlserver-se-15-00', 'in-sync']] },
      ]);
    await listInstances(session);
    const reads = aws.requests.filter(({ operation }) => operation === 'DescribeOptionGroups');
    assert.equal(reads.length, 1);
  });

  it('a refusal names region and reason', async () => {
    answer = () => queryError('AccessDenied', 'User: me is not authorized', 403);
    await assert.rejects(listInstances(session), {
      code: 'aws/access-denied',
      message: /Listing the instances in eu-west-1.*not authorized/,
    });
  });

  it('stops when cancelled', async () => {
    answer = () => page([{ id: 'a' }], 'again');
    await assert.rejects(listInstances(session, AbortSignal.abort()), { code: 'cancelled' });
  });
});

describe('readiness for native backup and restore', () => {
  const cases: readonly (readonly [
    memberships: readonly (readonly [string, string])[],
    state: string,
    reason?: RegExp,
  ])[] = [
    [[['backup', 'in-sync']], 'ready'],
    [
      [
        ['plain', 'in-sync'],
        ['backup', 'in-sync'],
      ],
      'ready',
    ],
    [[['backup', 'pending-apply']], 'pending', /backup .*pending-apply/],
    [
      [
        ['default:sqlserver-se-15-00', 'pending-removal'],
        ['backup', 'applying'],
      ],
      'pending',
      /being applied/,
    ],
    [[['backup', 'removing']], 'missing', /status on the instance is removing/],
    [[['backup', 'failed']], 'missing', /failed/],
    [[['roleless', 'in-sync']], 'missing', /no IAM role/],
    [[['plain', 'in-sync']], 'missing', /plain has no option SQLSERVER_BACKUP_RESTORE/],
    [[['default:sqlserver-se-15-00', 'in-sync']], 'missing', /default option group cannot carry/],
    [[], 'missing', /none/],
    [[['secret-group', 'in-sync']], 'unknown', /Reading option group secret-group failed/],
  ];
  for (const [memberships, state, reason] of cases) {
    it(`${JSON.stringify(memberships)} is ${state}`, async () => {
      answer = () => page([{ id: 'a', groups: memberships }]);
      const { backupRestore } = await describeInstance(session, 'a');
      assert.equal(backupRestore.state, state);
      if (reason) assert.match('reason' in backupRestore ? backupRestore.reason : '', reason);
    });
  }
});

describe('one instance', () => {
  it('is asked for by id', async () => {
    answer = () => page([{ id: 'prod' }]);
    assert.equal((await describeInstance(session, 'prod')).id, 'prod');
    assert.equal(aws.requests[0]?.form.get('DBInstanceIdentifier'), 'prod');
  });

  it('that does not exist, or runs another engine, is refused', async () => {
    answer = () => queryError('DBInstanceNotFound', 'DBInstance nope not found.', 404);
    await assert.rejects(describeInstance(session, 'nope'), {
      code: 'rds/no-such-instance',
      message: /“nope” in eu-west-1/,
    });
    answer = () => page([{ id: 'pg', engine: 'postgres' }]);
    await assert.rejects(describeInstance(session, 'pg'), {
      code: 'rds/not-sql-server',
      message: /postgres/,
    });
  });
});

describe('the master password', () => {
  const managed = { id: 'prod', masterSecret: { arn: secret, status: 'active' } };

  it('is read from the secret', async () => {
    answer = () => ({ body: { SecretString: '{"username":"admin","password":"p\\"w"}' } });
    assert.equal(await masterPassword(session, managed), 'p"w');
    assert.deepEqual(JSON.parse(aws.requests[0]?.body ?? ''), { SecretId: secret });
  });

  it('is not there without a managed secret', async () => {
    const own = { id: 'prod', masterSecret: undefined };
    await assert.rejects(masterPassword(session, own), { code: 'sql/no-master-secret' });
  });

  it('never appears in the error about a secret of another form', async () => {
    for (const SecretString of ['p4ssw0rd', '{"password":5}', '"p4ssw0rd"', '{"pw":"p4ssw0rd"}']) {
      answer = () => ({ body: { SecretString } });
      await assert.rejects(masterPassword(session, managed), (error: Error) => {
        assert.equal((error as { code?: string }).code, 'sql/bad-master-secret');
        assert.doesNotMatch(
          `${error.message} ${String(error.stack)} ${String(error.cause)}`,
          /p4ss/,
        );
        return true;
      });
    }
  });

  it('that may not be read says whose it is', async () => {
    answer = () => jsonError('AccessDeniedException', 'not authorized');
    await assert.rejects(masterPassword(session, managed), {
      code: 'aws/access-denied',
      message: /master password of prod/,
    });
  });
});
