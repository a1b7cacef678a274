import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { describeKey } from '../../../src/core/aws/describeKey.js';
import { describeInstance } from '../../../src/core/aws/instances.js';
import { openBucket } from '../../../src/core/aws/openBucket.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import { CancelledError } from '../../../src/core/errors.js';
import { inspectObject } from '../../../src/core/inspection/inspectObject.js';
import { checkRestore } from '../../../src/core/preflight/checkRestore.js';
import {
  type CheckStep,
  type GatherRestoreFacts,
  gatherRestoreFacts,
} from '../../../src/core/preflight/gatherRestoreFacts.js';
import type { PlannedRestore } from '../../../src/core/preflight/restoreFacts.js';
import { connect } from '../../../src/core/sql/connection.js';
import { fixture } from '../../support/paths.js';
import { putEncrypted, taskScene } from '../tasks/scene.js';

const backup = await readFile(fixture('backups', 'mssql2016-full-compressed-northwind.bak'));

describe('what is looked up before a restore', () => {
  let scene: Awaited<ReturnType<typeof taskScene>>;
  let session: AwsSession;
  let s3: S3Client;
  let kmsKeyArn: string;
  before(async () => {
    // In the time of life, so that a task is at work as long as a test takes.
    scene = await taskScene();
    session = scene.session;
    s3 = await session.s3();
    kmsKeyArn = scene.info.kmsKeyArn;
  });
  after(() => scene.stop());

  const put = (Bucket: string, Key: string, Body = backup) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body }));

  const gather = async (
    key: string,
    restore: Partial<PlannedRestore> = {},
    change: Partial<GatherRestoreFacts> = {},
  ) =>
    gatherRestoreFacts({
      session,
      instance: await describeInstance(session, scene.instance.id),
      connect: () => scene.open(),
      restore: {
        databaseName: 'Northwind',
        s3Arn: `arn:aws:s3:::${scene.info.bucket}/${key}`,
        ...restore,
      },
      ...change,
    });

  /** `severity id` of each finding; nothing may be left unchecked. */
  const findings = async (...o: Parameters<typeof gather>) => {
    const { facts, unchecked } = await gather(...o);
    assert.deepEqual(unchecked, []);
    return checkRestore(facts).map(({ severity, id }) => `${severity} ${id}`);
  };

  it('finds all there is to know of a good restore, and tells each part that is done', async () => {
    const steps: CheckStep[] = [];
    const onStep = (done: CheckStep) => steps.push(done);
    const { facts, unchecked } = await gather('encrypted.bak', { kmsKeyArn }, { onStep });
    assert.deepEqual(unchecked, []);
    assert.deepEqual(checkRestore(facts), []);
    assert.deepEqual(steps.sort(), ['files', 'key', 'server']);
    assert.equal(facts.bucket?.region, scene.info.region);
    assert.equal(facts.files?.inspected[0]?.facts?.keyArn, kmsKeyArn);
    assert.equal(facts.files.inspected[0].header?.sets[0]?.databaseName, 'NORTHWIND');
    assert.equal(facts.key?.arn, kmsKeyArn);
    assert.ok(facts.databases?.some(({ name }) => name === 'rdsadmin'));
    assert.deepEqual(facts.tasks, []);
    assert.match(facts.engine?.productVersion ?? '', /^15\.0/);
    assert.deepEqual(await findings('plain.bak'), []);
  });

  it('asks S3 once for the head of an object', async () => {
    const bucket = await openBucket(session, scene.info.bucket);
    const asked: string[] = [];
    bucket.s3.middlewareStack.add(
      (next, context) => (input) => {
        asked.push(String(context.commandName));
        return next(input);
      },
      { name: 'asked' },
    );
    const found = await inspectObject({ bucket: scene.info.bucket, key: 'encrypted.bak' }, bucket);
    bucket.s3.middlewareStack.remove('asked');
    assert.ok(found.header);
    assert.equal(asked.filter((name) => name === 'HeadObjectCommand').length, 1, asked.join());
  });

  it('the key is missing, another, unknown, or passed for a plain object', async () => {
    const other = (await describeKey(session, 'alias/other-key')).arn;
    const unknown = kmsKeyArn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    const aws = (await describeKey(session, 'alias/aws/rds')).arn;
    for (const [key, passed, expected] of [
      ['encrypted.bak', undefined, ['blocks encrypted-backup-no-key']],
      ['encrypted.bak', other, ['blocks aws-kms-incorrect-key']],
      ['encrypted.bak', unknown, ['blocks aws-kms-incorrect-key', 'blocks kms-key-does-not-exist']],
      ['encrypted.bak', aws, ['blocks aws-kms-incorrect-key', 'blocks aws-managed-key']],
      ['plain.bak', kmsKeyArn, ['blocks cse-metadata-incomplete']],
    ] as const) {
      assert.deepEqual(await findings(key, { kmsKeyArn: passed }), expected, passed ?? 'no key');
    }
  });

  it('the object, the files of a set or the bucket are not there', async () => {
    assert.deepEqual(await findings('nothing.bak'), ['blocks s3-key-does-not-exist']);
    assert.deepEqual(await findings('nothing*'), ['blocks s3-key-does-not-exist']);
    const s3Arn = 'arn:aws:s3:::no-such-bucket-4711/a.bak';
    assert.deepEqual(await findings('', { s3Arn }), ['blocks bucket-does-not-exist']);
  });

  it('too many files match, or files that are no set', async () => {
    for (let n = 1; n <= 11; n++) await put(scene.info.bucket, `many/${n}.bak`, Buffer.from('x'));
    assert.deepEqual(await findings('many/*'), ['blocks restore-too-many-files']);
    for (const n of [1, 2]) await put(scene.info.bucket, `copies/${n}.bak`);
    assert.deepEqual(await findings('copies/*'), ['blocks extra-stripe-files']);
    await put(scene.info.bucket, 'text.bak', Buffer.from('This is no backup.'.repeat(100)));
    assert.deepEqual(await findings('text.bak'), ['blocks not-mtf']);
  });

  it('the bucket lies in another region', async () => {
    const bucket = `${scene.info.bucket}-eu`;
    await put(bucket, 'far.bak');
    assert.deepEqual(await findings('', { s3Arn: `arn:aws:s3:::${bucket}/far.bak` }), [
      'blocks bucket-other-region',
    ]);
  });

  it('the instance has no option for it', async () => {
    const second = scene.info.instances[1]!;
    const { host, port, user, caFile } = second;
    const change = {
      instance: await describeInstance(session, second.id),
      connect: () =>
        connect({ host, port, user, caFile, password: () => Promise.resolve(second.password) }),
    };
    assert.deepEqual(await findings('plain.bak', {}, change), ['blocks option-not-enabled']);
  });

  it('lists what it may not look at, and judges the rest', async () => {
    const closed = 'closed-to-the-operator';
    await s3.send(new CreateBucketCommand({ Bucket: closed }));
    await put(closed, 'a.bak');
    const other = (await describeKey(session, 'alias/other-key')).arn;
    const operator = await openSession({
      region: scene.info.region,
      endpointUrl: scene.info.endpointUrl,
      roleArn: `arn:aws:iam::${scene.info.accountId}:role/backup-operator`,
    });
    try {
      const change = {
        session: operator,
        instance: undefined,
        connect: () => Promise.reject(new Error('The login is refused.')),
      };
      const plan = { s3Arn: `arn:aws:s3:::${closed}/a.bak`, kmsKeyArn: other };
      const { facts, unchecked } = await gather('', { ...plan, databaseName: 'master' }, change);
      assert.deepEqual(unchecked.map(({ what }) => what).sort(), [
        `region, state and options of the instance`,
        `the KMS key ${other}`,
        'the databases and tasks of the instance',
        `the object s3://${closed}/a.bak`,
      ]);
      const why = (part: string) => unchecked.find(({ what }) => what.includes(part))?.why ?? '';
      assert.match(why('the object'), /Access denied/);
      assert.match(why('the KMS key'), /does not let you use/);
      assert.equal(why('the databases'), 'The login is refused.');
      assert.deepEqual(
        checkRestore(facts).map(({ id }) => id),
        ['bad-database-name'],
      );
      // Its head may be read, its data key not be opened.
      await putEncrypted(session, scene.info.bucket, 'other.bak', other);
      const sealed = await gather('other.bak', {}, { session: operator });
      assert.deepEqual(
        sealed.unchecked.map(({ what }) => what),
        [`the content of s3://${scene.info.bucket}/other.bak`],
      );
      assert.deepEqual(
        checkRestore(sealed.facts).map(({ id }) => id),
        ['encrypted-backup-no-key'],
      );
    } finally {
      operator.dispose();
    }
  });

  it('does not look behind an access point, and says so', async () => {
    const s3Arn = `arn:aws:s3:us-east-1:${scene.info.accountId}:accesspoint/apt/object/a.bak`;
    const { facts, unchecked } = await gather('', { s3Arn });
    assert.deepEqual(checkRestore(facts), []);
    assert.match(unchecked[0]?.why ?? '', /access point/);
  });

  it('ends at once when it is stopped, wherever it is', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(gather('encrypted.bak', { kmsKeyArn }, { signal }), CancelledError);
    for (const ms of [0, 5, 20, 60]) {
      const controller = new AbortController();
      setTimeout(() => {
        controller.abort();
      }, ms);
      const ended = await gather(
        'encrypted.bak',
        { kmsKeyArn },
        { signal: controller.signal },
      ).catch((error: unknown) => error);
      if (ended instanceof Error) assert.ok(ended instanceof CancelledError, String(ended));
    }
  });

  it('the name is being restored to, is taken, and two tasks are at work', async () => {
    for (const databaseName of ['First', 'Second']) {
      await scene.submit({ databaseName, key: 'plain.bak' });
    }
    assert.deepEqual(await findings('plain.bak', { databaseName: 'third' }), [
      'warns two-tasks-running',
    ]);
    assert.deepEqual(await findings('plain.bak', { databaseName: 'first' }), [
      'blocks task-already-issued',
      'warns two-tasks-running',
    ]);
    assert.deepEqual(await findings('plain.bak', { databaseName: 'MASTER' }), [
      'blocks bad-database-name',
    ]);
  });
});

describe('a restore that has been done', () => {
  it('leaves a name that is taken', async () => {
    const scene = await taskScene('--time-scale', '500');
    try {
      const { taskId } = await scene.submit({ databaseName: 'Sales', key: 'plain.bak' });
      await scene.follow(taskId);
      const { facts } = await gatherRestoreFacts({
        session: scene.session,
        instance: await describeInstance(scene.session, scene.instance.id),
        connect: () => scene.open(),
        restore: {
          databaseName: 'sales',
          s3Arn: `arn:aws:s3:::${scene.info.bucket}/plain.bak`,
        },
      });
      const [finding] = checkRestore(facts);
      assert.equal(finding?.id, 'database-exists-rds');
      assert.match(finding.sentence, /already has a database “Sales”/);
    } finally {
      await scene.stop();
    }
  });
});
