import { PutObjectCommand } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { fixture } from '../support/paths.js';
import { startSandbox } from '../support/sandbox.js';
import { SandboxUser } from './sandboxUser.js';

const sample = fixture('backups', 'mssql2016-full-compressed-northwind.bak');
const flat = (text: string) => text.replace(/\s+/g, ' ');

interface Task {
  task: { taskId: number; lifecycle: string; databaseName: string; kmsKeyArn?: string };
  diagnosis?: { id: string; situationNotes: string[] };
}

/** The buckets of the sandbox's second region, and a new key beside them. */
async function otherRegion({ s3, info }: SandboxUser) {
  const { HeadBucketCommand, ListBucketsCommand } = await import('@aws-sdk/client-s3');
  const { CreateKeyCommand, KMSClient } = await import('@aws-sdk/client-kms');
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const buckets: string[] = [];
  let region = '';
  for (const { Name } of Buckets) {
    const { BucketRegion } = await s3.send(new HeadBucketCommand({ Bucket: Name }));
    if (Name === undefined || BucketRegion === undefined || BucketRegion === info.region) continue;
    buckets.push(Name);
    region = BucketRegion;
  }
  const { endpointUrl: endpoint, accessKeyId, secretAccessKey } = info;
  const kms = new KMSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  kms.destroy();
  return { buckets, keyArn: KeyMetadata!.Arn! };
}

describe('restore', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let user: SandboxUser;
  let key: string[];
  const restore = (from: string, database: string, ...more: string[]) => [
    ...['restore', ...user.sql, '--from', from, '--database', database, ...more],
  ];

  before(async () => {
    sandbox = await startSandbox({ args: ['--time-scale', '200'] });
    user = new SandboxUser(sandbox.info);
    key = ['--kms-key', user.info.kmsKeyArn];
    const up = await user.run(['upload', sample, user.uri('northwind.bak'), ...key]);
    assert.equal(up.code, 0, up.stderr);
    await user.s3.send(
      new PutObjectCommand({
        Bucket: user.info.bucket,
        Key: 'plain.bak',
        Body: await readFile(sample),
        ServerSideEncryption: 'AES256',
      }),
    );
  });
  after(async () => {
    user.s3.destroy();
    await sandbox.stop();
  });

  it('follows a restore to its end, and the database is there', async () => {
    const run = await user.run(restore(user.uri('northwind.bak'), 'Northwind', ...key, '--follow'));
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /^Restore of Northwind is queued as task \d+\.$/m);
    assert.match(run.stdout, /^\[[^\]]+\] Task execution has started\.$/m);
    assert.match(run.stdout, /^\[[^\]]+\] Command execution completed successfully\.$/m);
    assert.match(run.stdout, /^Task \d+ succeeded after .*: RESTORE_DB of Northwind\.$/m);
    const { document } = await user.json<{ databases: { name: string; state: string }[] }>([
      'databases',
      ...user.sql,
    ]);
    assert.deepEqual(
      document.databases.map(({ name, state }) => [name, state]),
      [['Northwind', 'ONLINE']],
    );
    const shown = await user.run(['databases', ...user.sql, '--system']);
    assert.match(shown.stdout, /^Northwind +ONLINE/m);
    assert.match(shown.stdout, /^master +ONLINE/m);
  });

  it('queues and leaves; tasks, task and task --follow see it', async () => {
    const { code, document } = await user.json<{ taskId: number }>(
      restore(user.uri('northwind.bak'), 'Later', ...key),
    );
    assert.equal(code, 0);
    const id = String(document.taskId);
    const followed = await user.events(['task', id, '--follow', ...user.sql]);
    assert.equal(followed.code, 0, followed.stderr);
    const result = followed.events.at(-1) as unknown as Task & {
      event: string;
      succeeded: boolean;
    };
    assert.equal(result.event, 'result');
    assert.equal(result.succeeded, true);
    assert.equal(result.task.taskId, document.taskId);
    const messages = followed.events
      .filter(({ event }) => event === 'message')
      .map(({ text }) => text);
    assert.equal(messages.at(-1), 'Command execution completed successfully.');

    const list = await user.json<{ tasks: { taskId: number; lifecycle: string }[] }>([
      'tasks',
      ...user.sql,
      '--database',
      'Later',
    ]);
    assert.deepEqual(
      list.document.tasks.map(({ taskId, lifecycle }) => [taskId, lifecycle]),
      [[document.taskId, 'SUCCESS']],
    );
    const all = await user.run(['tasks', ...user.sql]);
    assert.match(all.stdout, new RegExp(`^${id} +RESTORE_DB +Later +SUCCESS +100 %`, 'm'));
    const one = await user.run(['task', id, ...user.sql]);
    assert.match(one.stdout, new RegExp(`^Task ${id} {2}RESTORE_DB of Later {2}SUCCESS, 100 %`));
    assert.match(one.stdout, /Command execution completed successfully\./);
  });

  const failures = [
    {
      what: 'a plain object with a key',
      from: 'plain.bak',
      passed: () => key,
      id: 'cse-metadata-incomplete',
      text: 'Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.',
      here: /carries no envelope/,
    },
    {
      what: 'an encrypted object without a key',
      from: 'northwind.bak',
      passed: () => [],
      id: 'encrypted-backup-no-key',
      text: 'SQL Server cannot process this media family.',
      here: /is client-side encrypted \(v1 envelope\), but no key was passed\. Pass arn:aws:kms:/,
    },
    {
      what: 'an encrypted object with the wrong key',
      from: 'northwind.bak',
      passed: () => ['--kms-key', user.info.kmsKeyArn.replace(/[0-9a-f]{12}$/, '0123456789ab')],
      id: 'kms-key-does-not-exist',
      text: 'does not exist',
      here: /was wrapped by arn:aws:kms:\S+, but arn:aws:kms:\S+0123456789ab was passed/,
    },
  ];
  for (const { what, from, passed, id, text, here } of failures) {
    it(`explains ${what}`, async () => {
      const run = await user.run(
        restore(user.uri(from), `Wrong ${id}`, ...passed(), '--no-check', '--follow'),
      );
      assert.equal(run.code, 1, run.stdout);
      assert.ok(flat(run.stdout).includes(text), run.stdout);
      assert.match(run.stderr, /^Error: Task \d+ failed after/);
      assert.ok(run.stderr.includes(`[${id}]`), run.stderr);
      assert.match(flat(run.stderr), here);
      assert.match(run.stderr, /^ {2}Fix /m);
      const taskId = /queued as task (\d+)/.exec(run.stdout)?.[1] ?? '';
      const { code, document } = await user.json<Task>(['task', taskId, ...user.sql]);
      assert.equal(code, 0);
      assert.equal(document.task.lifecycle, 'ERROR');
      assert.equal(document.diagnosis?.id, id);
      assert.match(document.diagnosis.situationNotes.join(' '), here);
    });
  }

  describe('the check before it', () => {
    it('stops what RDS would refuse, says why and what to do, and starts nothing', async () => {
      const tasks = () => user.json<{ tasks: object[] }>(['tasks', ...user.sql]);
      const before = (await tasks()).document.tasks.length;
      const run = await user.run(restore(user.uri('northwind.bak'), 'Checked'));
      assert.equal(run.code, 1);
      assert.equal(run.stdout, '');
      const said = flat(run.stderr);
      assert.match(said, /^Error: s3:\S+ is client-side encrypted, but no key is passed\./);
      assert.ok(said.includes(`Fix Pass ${user.info.kmsKeyArn}.`), said);
      assert.match(said, /The restore was not started.*--force/);
      assert.equal((await tasks()).document.tasks.length, before);
    });

    it('tells programs the same', async () => {
      const { code, document } = await user.json<{
        error: { code: string };
        check: { findings: { id: string; values: object }[]; unchecked: object[] };
      }>(restore(user.uri('northwind.bak'), 'Checked'));
      assert.equal(code, 1);
      assert.equal(document.error.code, 'restore/would-fail');
      assert.deepEqual(
        document.check.findings.map(({ id, values }) => [id, values]),
        [['encrypted-backup-no-key', { keyArn: user.info.kmsKeyArn }]],
      );
      assert.deepEqual(document.check.unchecked, []);
    });

    it('lets --force start it all the same', async () => {
      const args = restore(user.uri('northwind.bak'), 'Forced', '--force', '--follow');
      const { code, events, stderr } = await user.events(args);
      assert.equal(code, 1);
      assert.match(stderr, /^Error: s3:/m);
      const [submitted] = events as { event: string; check: { findings: { id: string }[] } }[];
      assert.equal(submitted?.event, 'submitted');
      assert.equal(submitted.check.findings[0]?.id, 'encrypted-backup-no-key');
      assert.match(stderr, /\[encrypted-backup-no-key\]/);
    });

    it('finds the name taken, and says what it could not look at', async () => {
      const plain = restore(user.uri('plain.bak'), 'northwind');
      assert.match(flat((await user.run(plain)).stderr), /already has a database “Northwind”/);
      const denied = await user.run(plain, { env: { RDS_BACKUP_PASSWORD: 'wrong' } });
      assert.equal(denied.code, 1);
      assert.match(flat(denied.stderr), /Not checked: the databases and tasks of sql2019\. /);
    });
  });

  it('resolves an alias to the key ARN that RDS wants', async () => {
    const { CreateAliasCommand, KMSClient } = await import('@aws-sdk/client-kms');
    const { endpointUrl: endpoint, region, accessKeyId, secretAccessKey } = user.info;
    const kms = new KMSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
    await kms.send(
      new CreateAliasCommand({ AliasName: 'alias/night', TargetKeyId: user.info.kmsKeyArn }),
    );
    kms.destroy();
    const args = restore(user.uri('northwind.bak'), 'ByAlias', '--kms-key', 'alias/night');
    const { stdout } = await user.run([...args, '--print-sql']);
    assert.ok(stdout.includes(`@kms_master_key_arn = N'${user.info.kmsKeyArn}'`), stdout);
    assert.equal((await user.run([...args, '--follow'])).code, 0);
  });

  it('refuses a name that is taken, as the server does', async () => {
    const run = await user.events(
      restore(user.uri('northwind.bak'), 'northwind', ...key, '--no-check', '--follow'),
    );
    assert.equal(run.code, 1);
    assert.match(flat(run.stderr), /already (has a|exist)/);
  });

  it('works with a bucket of another region, from which RDS cannot restore, and says so', async () => {
    const { buckets, keyArn } = await otherRegion(user);
    const [bucket] = buckets;
    const object = `s3://${bucket}/far.bak`;
    const up = await user.run(['upload', sample, object, '--kms-key', keyArn]);
    assert.equal(up.code, 0, up.stderr);
    assert.equal((await user.run(['verify', object])).code, 0);
    const run = await user.run(
      restore(object, 'Far', '--kms-key', keyArn, '--no-check', '--follow'),
    );
    assert.equal(run.code, 1);
    assert.match(flat(run.stderr), /Here The bucket lies in \S+, the instance \S+ in us-east-1/);
  });

  it('lists the instances and says which is ready', async () => {
    const { document } = await user.json<{
      region: string;
      instances: { id: string; backupRestore: { state: string; reason?: string } }[];
    }>(['instances']);
    assert.equal(document.region, user.info.region);
    const states = new Map(
      document.instances.map(({ id, backupRestore }) => [id, backupRestore.state]),
    );
    assert.equal(states.get(user.instance.id), 'ready');
    assert.ok([...states.values()].includes('missing'));
    const { stdout } = await user.run(['instances']);
    assert.match(stdout, new RegExp(`^${user.instance.id} .* available .* ready$`, 'm'));
  });

  it('explains an instance that is not ready', async () => {
    const other = user.info.instances[1]!;
    const run = await user.run(
      [
        ...['restore', '--instance', other.id, '--ca-file', other.caFile, ...key],
        ...['--from', user.uri('northwind.bak'), '--database', 'Nowhere', '--no-check', '--follow'],
      ],
      { env: { RDS_BACKUP_PASSWORD: other.password } },
    );
    assert.equal(run.code, 1);
    assert.match(run.stderr, /SQLSERVER_BACKUP_RESTORE/);
    assert.match(run.stderr, /^ {2}Fix /m);
  });

  describe('the connection', () => {
    const wrong = 'geheim-4711';
    it('names a wrong password without showing it', async () => {
      const run = await user.json<{ error: { code: string } }>(['tasks', ...user.sql], {
        env: { RDS_BACKUP_PASSWORD: wrong },
      });
      assert.equal(run.code, 1);
      assert.equal(run.document.error.code, 'sql/login-failed');
      assert.ok(!(run.stderr + JSON.stringify(run.document)).includes(wrong));
    });

    it('takes the password from standard input', async () => {
      const run = await user.run(['tasks', ...user.sql, '--password-stdin'], {
        env: { RDS_BACKUP_PASSWORD: wrong },
        input: `${user.instance.password}\n`,
      });
      assert.equal(run.code, 0, run.stderr);
    });

    it('reads the password that RDS manages from Secrets Manager', async () => {
      const run = await user.run(['tasks', ...user.sql], { env: { RDS_BACKUP_PASSWORD: '' } });
      assert.equal(run.code, 0, run.stderr);
    });

    it('goes where --host says, asking AWS nothing', async () => {
      const { host, port, user: login, caFile } = user.instance;
      const run = await user.run(
        ['tasks', '--host', host, '--port', String(port), '--user', login, '--ca-file', caFile],
        { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } },
      );
      assert.equal(run.code, 0, run.stderr);
    });

    it('trusts nobody unknown, unless told to, and says so', async () => {
      const strict = await user.json<{ error: { code: string } }>([
        'tasks',
        '--instance',
        user.instance.id,
      ]);
      assert.equal(strict.code, 1);
      assert.equal(strict.document.error.code, 'sql/tls-not-verified');
      const loose = await user.run([
        'tasks',
        '--instance',
        user.instance.id,
        '--trust-server-certificate',
      ]);
      assert.equal(loose.code, 0, loose.stderr);
      assert.match(loose.stderr, /^Warning: The server certificate is not checked/);
    });

    it('names an instance that is not there', async () => {
      const run = await user.json<{ error: { code: string } }>([
        'tasks',
        '--instance',
        'no-such-db',
      ]);
      assert.equal(run.code, 1);
      assert.equal(run.document.error.code, 'rds/no-such-instance');
    });
  });
});
