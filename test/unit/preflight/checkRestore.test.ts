import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import { checkRestore } from '../../../src/core/preflight/checkRestore.js';
import type { RestoreFacts } from '../../../src/core/preflight/restoreFacts.js';
import {
  database,
  differential,
  file,
  fileSet,
  gib,
  good,
  header,
  instance,
  key,
  keyA,
  keyB,
  oneFile,
  sets,
  task,
  v1,
  v2,
  warned,
  withKey,
  withoutKey,
} from './facts.js';

type Change = Partial<RestoreFacts>;
const check = (change: Change) => checkRestore({ ...good, ...change });
const told = (change: Change) => check(change).map(({ severity, id }) => `${severity} ${id}`);

const fails = (name: string, finding: string, change: Change, sentence?: RegExp) => {
  it(`${name}: ${finding}`, () => {
    assert.deepEqual(told(change), [finding]);
    const [found] = check(change);
    if (sentence !== undefined) assert.match(found?.sentence ?? '', sentence);
    assert.match(found?.sentence ?? '', /[.…]$/);
    assert.match(found?.wayOut ?? '', /\.$|\*\.$/);
  });
};
const passes = (name: string, change: Change) => {
  it(`${name}: nothing to say`, () => {
    assert.deepEqual(told(change), []);
  });
};

const plainFile = oneFile({ envelope: undefined });
const archived = new EngineError('s3/archived', 'It is archived.');

describe('the check of a restore', () => {
  passes('all is well', {});
  passes('nothing is known', {
    instance: undefined,
    engine: undefined,
    databases: undefined,
    tasks: undefined,
    bucket: undefined,
    files: undefined,
    key: undefined,
  });
  it('puts first what is certain, and tells all of it', () => {
    assert.deepEqual(
      told({
        instance: { ...instance, status: 'modifying', engineVersion: '12.0', region: 'us-east-1' },
        engine: undefined,
      }),
      [
        'blocks bucket-other-region',
        'blocks key-other-region',
        'blocks version-too-new',
        'warns aws-db-instance-state',
      ],
    );
  });
});

describe('place', () => {
  const bucket = (region: string | null) => ({ bucket: { name: 'backups', region } });
  fails('bucket missing', 'blocks bucket-does-not-exist', { ...bucket(null), files: undefined });
  fails('bucket elsewhere', 'blocks bucket-other-region', bucket('us-east-1'), /us-east-1.*prod/);
  fails(
    'key elsewhere',
    'blocks key-other-region',
    {
      restore: { ...withKey, kmsKeyArn: keyA.replace('eu-west-1', 'us-east-1') },
      ...oneFile({ keyArn: undefined }),
    },
    /us-east-1.*eu-west-1/,
  );
  passes('a key that is no ARN', {
    restore: { ...withKey, kmsKeyArn: 'arn:nonsense' },
    ...oneFile({ keyArn: undefined }),
  });
  for (const status of ['stopped', 'creating', 'failed']) {
    fails(status, 'blocks aws-db-instance-state', { instance: { ...instance, status } });
  }
  fails('modifying', 'warns aws-db-instance-state', {
    instance: { ...instance, status: 'modifying' },
  });
  const reason = 'No option.';
  for (const [backupRestore, severity, remedy] of [
    [{ state: 'missing', lacks: 'option', reason }, 'blocks', 'choose-another-instance'],
    [{ state: 'missing', lacks: 'role', reason }, 'blocks', 'choose-another-instance'],
    [{ state: 'missing', lacks: 'membership', reason }, 'warns', 'choose-another-instance'],
    [{ state: 'pending', reason }, 'blocks', 'wait-for-instance'],
  ] as const) {
    const change = { instance: { ...instance, backupRestore } };
    const what = 'lacks' in backupRestore ? backupRestore.lacks : backupRestore.state;
    fails(`option: ${what}`, `${severity} option-not-enabled`, change, /prod.*No option\./);
    it(`option: ${what}: ${remedy}`, () => {
      assert.equal(check(change)[0]?.remedy, remedy);
    });
  }
  passes('option unknown', {
    instance: { ...instance, backupRestore: { state: 'unknown', reason: 'Denied.' } },
  });
});

describe('name and tasks', () => {
  fails('no name', 'blocks bad-database-name', { restore: { ...withKey, databaseName: ' ' } });
  fails('a reserved name', 'blocks bad-database-name', {
    restore: { ...withKey, databaseName: 'MSDB' },
  });
  fails('taken', 'blocks database-exists-rds', { databases: [database('SALES')] }, /“SALES”/);
  fails(
    'the same database is being worked on',
    'blocks task-already-issued',
    { tasks: [task({ taskId: 7, databaseName: 'sales', lifecycle: 'CREATED' })] },
    /Task 7/,
  );
  const two = [task({ taskId: 13 }), task({ taskId: 12, lifecycle: 'CREATED' })];
  fails('two tasks', 'warns two-tasks-running', { tasks: two }, /12, 13/);
  passes('one task, and one that has ended', {
    tasks: [task({}), task({ lifecycle: 'ERROR' })],
  });

  const restore = differential;
  const diff = oneFile({ header: header({ set: { backupType: 'I' } }) });
  passes('a differential onto a database that waits for it', {
    ...{ restore, ...diff },
    databases: [database('sales', 'RESTORING')],
  });
  passes('a differential behind a restore with NORECOVERY', {
    ...{ restore, ...diff },
    tasks: [task({ databaseName: 'Sales', taskType: 'RESTORE_DB_NORECOVERY' })],
  });
  fails('a differential onto an online database', 'blocks not-in-restoring-state', {
    ...{ restore, ...diff },
    databases: [database('Sales')],
  });
  fails('a differential onto nothing', 'warns restore-needs-full-first', { restore, ...diff });
  fails('a differential behind a restore that ends online', 'blocks task-already-issued', {
    ...{ restore, ...diff },
    databases: [database('Sales', 'RESTORING')],
    tasks: [task({ databaseName: 'Sales', taskType: 'RESTORE_DB_DIFFERENTIAL' })],
  });
});

describe('files', () => {
  const none = { location: 's3://backups/a.bak', count: 0, inspected: [] };
  fails('no object', 'blocks s3-key-does-not-exist', { files: none }, /no object s3:\/\/backups/);
  fails('no object of a set', 'blocks s3-key-does-not-exist', fileSet([]), /No object matches/);
  fails('eleven', 'blocks restore-too-many-files', fileSet([], 11), /More than 10/);
  fails('more than 5 TB', 'blocks object-too-large', oneFile({ size: 5 * 1024 ** 4 + 1 }));
  passes('5 TB', oneFile({ size: 5 * 1024 ** 4 }));
  fails(
    'archived',
    'blocks aws-object-archived',
    oneFile({ header: undefined, error: archived }),
    /Glacier/,
  );

  const stripe = (familySequenceNumber: number, familyCount = 3, mediaSetId = 'm') =>
    header({ media: { familySequenceNumber, familyCount, mediaSetId } });
  passes('all stripes', fileSet([stripe(1), stripe(2), stripe(3)]));
  passes('ten stripes', fileSet(Array.from({ length: 10 }, (_, i) => stripe(i + 1, 10))));
  fails('one missing', 'blocks missing-stripe-files', fileSet([stripe(1), stripe(2)]), /3 files/);
  fails('one named of three', 'blocks missing-stripe-files', oneFile({ header: stripe(1) }), /one/);
  fails('one too many', 'blocks extra-stripe-files', fileSet([stripe(1, 1), stripe(1, 1)]));
  fails('one twice', 'blocks duplicate-stripe', fileSet([stripe(1), stripe(2), stripe(2)]));
  fails(
    'of two backups',
    'blocks media-sets-mixed',
    fileSet([stripe(1), stripe(2), stripe(3, 3, 'other')]),
  );
});

describe('envelope and key', () => {
  fails('a plain object with a key', 'blocks cse-metadata-incomplete', plainFile, /no envelope/);
  passes('a plain object without a key', { restore: withoutKey, key: undefined, ...plainFile });
  const forgotten = { restore: withoutKey, key: undefined };
  fails('an encrypted object without a key', 'blocks encrypted-backup-no-key', forgotten);
  it('names the key to pass, as far as it is known', () => {
    assert.deepEqual(check(forgotten)[0]?.values, { keyArn: keyA });
    const named = { ...forgotten, ...oneFile({ envelope: v1, keyArn: undefined }) };
    assert.deepEqual(check(named)[0]?.values, {});
  });
  const other = oneFile({ keyArn: keyB });
  fails(
    'another key',
    'blocks aws-kms-incorrect-key',
    other,
    new RegExp(`by ${keyB}, but ${keyA}`),
  );
  it('names the right key', () => {
    assert.deepEqual(check(other)[0]?.values, { keyArn: keyB });
  });
  it('takes what an envelope names for less than what KMS says', () => {
    const named = oneFile({ envelope: v2(keyB), keyArn: undefined });
    assert.deepEqual(told(named), ['warns envelope-unproven', 'warns aws-kms-incorrect-key']);
  });
  const replica = (region: string) => `arn:aws:kms:${region}:111122223333:key/mrk-0123456789`;
  passes('a replica of the key', {
    restore: { ...withKey, kmsKeyArn: replica('eu-west-1') },
    key: { ...key, arn: replica('eu-west-1'), multiRegion: true },
    ...oneFile({ keyArn: replica('us-east-1') }),
  });
  fails('V2', 'warns envelope-unproven', oneFile({ envelope: v2(keyA) }));
  fails(
    'an instruction file',
    'blocks envelope-unreadable',
    oneFile({ envelope: { ...v1, source: 'instruction-file' } }),
    /x-amz-key header/,
  );
  const malformed = {
    files: {
      ...{ location: 's3://backups/a.bak', count: 1 },
      inspected: [
        { location: 's3://backups/a.bak', error: new EngineError('envelope/mixed', 'Both.') },
      ],
    },
  };
  fails('a contradictory envelope', 'warns envelope-malformed', malformed);
  it('tells a fault that several files share once', () => {
    const stripes = [1, 2].map((familySequenceNumber) =>
      header({ media: { familySequenceNumber, familyCount: 2 } }),
    );
    const inspected = stripes.map((each, i) =>
      file({ key: `a${i}`, envelope: undefined, header: each }),
    );
    const files = { location: 's3://backups/a*', count: 2, inspected };
    assert.deepEqual(told({ ...fileSet([]), files }), ['blocks cse-metadata-incomplete']);
  });

  fails('a key that is not there', 'blocks kms-key-does-not-exist', { key: null });
  fails('a disabled key', 'blocks aws-kms-disabled', {
    key: { ...key, enabled: false, state: 'Disabled' },
  });
  fails(
    'a key about to be deleted',
    'blocks aws-kms-disabled',
    { key: { ...key, enabled: false, state: 'PendingDeletion' } },
    /PendingDeletion/,
  );
  fails('an asymmetric key', 'blocks aws-kms-key-usage', { key: { ...key, symmetric: false } });
  fails('a key of AWS', 'blocks aws-managed-key', { key: { ...key, manager: 'AWS' } });
});

describe('backup', () => {
  const content = (code: string) =>
    oneFile({ header: undefined, error: new EngineError(code, 'It is bad.') });
  for (const [code, finding] of [
    ['backupFile/empty', 'blocks unexpected-eof'],
    ['backupFile/not-a-backup', 'blocks not-mtf'],
    ['backupFile/too-old', 'blocks backup-too-old'],
    ['backupFile/cut-short', 'blocks backup-set-incomplete'],
    ['backupFile/damaged', 'warns damaged-backup'],
    ['backupFile/limit', 'warns damaged-backup'],
    ['envelope/decrypt-failed', 'warns damaged-backup'],
  ] as const) {
    fails(code, finding, content(code), /It is bad\./);
  }
  passes('content that could not be read', content('kms/access-denied'));

  const cut = { complete: false } as const;
  fails('cut short', 'blocks backup-set-incomplete', oneFile({ header: header(cut) }));
  passes(
    'complete, with bytes behind it',
    oneFile({ header: { ...warned('trailing-bytes'), ...cut } }),
  );
  for (const [code, finding] of [
    ['damaged', 'warns damaged-backup'],
    ['damaged-at-source', 'warns damaged-backup'],
    ['copies-differ', 'warns damaged-backup'],
    ['password', 'blocks backup-password'],
    ['encrypted', 'warns tde-cert-missing-rds'],
    ['probably-tde', 'warns tde-cert-missing-rds'],
  ] as const) {
    fails(code, finding, oneFile({ header: warned(code) }), /A warning of/);
  }
  passes('a warning of no consequence', oneFile({ header: warned('not-final') }));
});

describe('backup set', () => {
  const set = (change: NonNullable<Parameters<typeof header>[0]>['set']) =>
    oneFile({ header: header({ set: change ?? {} }) });
  for (const [backupType, severity, remedy] of [
    ['I', 'blocks', 'state-differential'],
    ['L', 'blocks', 'choose-another-object'],
    ['P', 'warns', 'choose-another-object'],
  ] as const) {
    fails(`type ${backupType}`, `${severity} restore-needs-full-first`, set({ backupType }));
    it(`type ${backupType}: ${remedy}`, () => {
      assert.equal(check(set({ backupType }))[0]?.remedy, remedy);
    });
  }
  passes('a type that is not known', set({ backupType: null }));
  const databases = [database('Sales', 'RESTORING')];
  fails('a full one as a differential', 'warns not-a-differential', {
    restore: differential,
    databases,
  });
  fails('a log as a differential', 'blocks not-a-differential', {
    ...{ restore: differential, databases },
    ...set({ backupType: 'L' }),
  });
  fails(
    'two in a file',
    'warns several-backup-sets',
    oneFile({ header: header({ sets: sets(2) }) }),
  );

  fails(
    'made by a newer server',
    'blocks version-too-new',
    set({ softwareVersion: '16.0.1000' }),
    /SQL Server 2022 .*prod runs the older SQL Server 2019/,
  );
  passes('made by a later build of the same', set({ softwareVersion: '15.0.9999' }));
  passes('made by a version nobody knows', set({ softwareVersion: '' }));
  fails('the engine’s word counts', 'blocks version-too-new', {
    engine: { ...good.engine!, productVersion: '12.0.1' },
  });

  const multiAz = { instance: { ...instance, multiAz: true } };
  fails('SIMPLE on Multi-AZ', 'blocks multi-az-recovery-model', {
    ...multiAz,
    ...set({ recoveryModel: 'SIMPLE' }),
  });
  passes('FULL on Multi-AZ', { ...multiAz, ...set({ recoveryModel: 'FULL' }) });

  const files = (data: number, log: number) => {
    const [first] = header().sets[0]!.files;
    return set({
      files: [
        { ...first!, type: 'D', sizeBytes: data },
        { ...first!, type: 'L', sizeBytes: log },
      ],
    });
  };
  fails('larger than the storage', 'warns insufficient-space-create', files(90 * gib, 11 * gib));
  passes('as large as the storage', files(90 * gib, 10 * gib));
  const express = { instance: { ...instance, engine: 'sqlserver-ex' } };
  fails('too large for Express', 'blocks express-10gb', { ...express, ...files(10 * gib + 1, 0) });
  passes('10 GB on Express, and a log', { ...express, ...files(10 * gib, gib) });
  fails('too large for what says it is Express', 'blocks express-10gb', {
    ...{ instance: undefined, ...files(11 * gib, 0) },
    engine: { ...good.engine!, edition: 'Express Edition (64-bit)' },
  });
});
