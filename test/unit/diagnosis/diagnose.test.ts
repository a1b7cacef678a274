import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { catalogue } from '../../../src/core/diagnosis/catalogue.js';
import { diagnose } from '../../../src/core/diagnosis/diagnose.js';
import { EngineError } from '../../../src/core/errors.js';
import { sharedFolder, skipWithoutShared } from '../../support/paths.js';

const frame = 'Aborted the task because of a task failure or a concurrent RESTORE_DB request.';

describe('the catalogue', () => {
  it('has 186 entries with unique ids', () => {
    assert.equal(catalogue().length, 186);
    assert.equal(new Set(catalogue().map(({ id }) => id)).size, 186);
  });

  // No earlier entry shadows another one's sample: not one exception is needed.
  for (const { id, sample } of catalogue()) {
    it(`diagnoses the sample of ${id}`, () => {
      assert.equal(diagnose(sample)?.id, id);
    });
  }

  it('diagnoses every cause also in the middle of a stamped task_info', () => {
    // Samples of SDK and driver errors never stand in a task_info.
    for (const { id, sample, stage, role } of catalogue()) {
      if (stage !== 'task' || role !== 'cause') continue;
      if (/^\s*\[\d{4}|^Task execution/.test(sample)) continue;
      const text =
        '[2025-03-02 12:00:04.010] Task execution has started.\r\r' +
        `[2025-03-02 12:00:05.310] ${sample}\r\r[2025-03-02 12:00:05.417] Task has been aborted`;
      assert.equal(diagnose(text)?.id, id);
    }
  });

  it('gives the values in the message', () => {
    const entry = diagnose(
      'The database was backed up on a server running version 16.00.0537. That version is ' +
        'incompatible with this server, which is running version 15.00.4223. Either restore the ' +
        'database on a server that supports the backup, or use a compatible backup.',
    );
    assert.equal(entry?.id, 'version-too-new');
    assert.deepEqual(entry.captured, { backupVersion: '16.00.0537', serverVersion: '15.00.4223' });
  });
});

describe('diagnosing text', () => {
  it('knows nothing of success, progress, nonsense and nothing', () => {
    for (const text of [
      '',
      ' \r\n',
      'Hello.',
      '[2025-03-02 10:00:03.117] Task execution has started. [2025-03-02 10:00:04.117] 5 percent processed.',
    ]) {
      assert.equal(diagnose(text), undefined);
    }
  });

  it('does not take the name of a file for a failure', () => {
    assert.equal(
      diagnose(
        '[2025-03-02 10:00:03.117] access denied.bak: Completed processing 5% of S3 chunks.',
      ),
      undefined,
    );
  });

  it('shows a symptom only when no cause is known', () => {
    assert.equal(diagnose(frame)?.role, 'symptom');
    assert.equal(diagnose(`${frame} Access Denied`)?.id, 'access-denied');
  });

  it('finds a cause that spans messages, each with its own stamp', () => {
    const text =
      "[2025-03-02 12:00:04.010] The media family on device 'A8CC538B-E965-472C-BA49-2F556993784B' " +
      'is incorrectly formed. SQL Server cannot process this media family.  RESTORE FILELIST is ' +
      `terminating abnormally.\r[2025-03-02 12:00:05.010] ${frame}\r[2025-03-02 12:00:05.020] ` +
      'a.bak: S3 processing has been aborted\r[2025-03-02 12:00:05.030] Task has been aborted';
    assert.equal(diagnose(text)?.id, 'encrypted-backup-no-key');
  });

  it('reads through line breaks, other quotes and case', () => {
    assert.equal(
      diagnose(
        'there is insufficient free\r\n space on disk volume “D:\\” to create the database. The database requires 5 additional free bytes, while only 3 bytes are available.',
      )?.id,
      'insufficient-space-create',
    );
  });

  it('ends on long hostile texts', () => {
    for (const unit of [
      'x',
      '\\',
      "'",
      'media family on device ',
      'overlap with your preferred backup window for RDS automated backup ',
      'User: ',
      'a: ',
      '[2025-03-02 10:00:03.117] ',
    ]) {
      const text = unit.repeat(Math.ceil(3_000_000 / unit.length));
      diagnose(text);
      diagnose(new Error(text));
    }
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        diagnose(text);
      }),
    );
  });
});

/** An error as the AWS SDK builds it. */
const sdkError = (name: string, message: string, httpStatusCode = 400) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

describe('diagnosing errors', () => {
  it('reads SDK errors by name and message', () => {
    const cases: readonly (readonly [Error, string])[] = [
      [sdkError('AccessDenied', 'Access Denied', 403), 'aws-s3-access-denied'],
      [sdkError('InvalidCiphertextException', 'UnknownError'), 'aws-kms-invalid-ciphertext'],
      [sdkError('NoSuchKey', 'The specified key does not exist.', 404), 'aws-no-such-key'],
      [sdkError('DBInstanceNotFoundFault', 'DBInstance x not found.'), 'aws-db-instance-not-found'],
      [sdkError('ExpiredToken', 'The provided token has expired.'), 'aws-expired-token'],
    ];
    for (const [error, id] of cases) assert.equal(diagnose(error)?.id, id);
  });

  it('reads the status of a HEAD, which has no text', () => {
    assert.equal(diagnose(sdkError('NotFound', 'UnknownError', 404))?.id, 'aws-head-not-found');
    assert.equal(diagnose(sdkError('Unknown', 'UnknownError', 404))?.id, 'aws-head-not-found');
    assert.equal(diagnose(sdkError('Unknown', 'UnknownError', 403))?.id, 'aws-s3-access-denied');
    assert.equal(diagnose(sdkError('Unknown', '', 403))?.id, 'aws-s3-access-denied');
    assert.equal(diagnose(sdkError('Unknown', 'UnknownError', 301))?.id, 'aws-permanent-redirect');
    assert.equal(diagnose(sdkError('Unknown', 'UnknownError', 400))?.id, 'aws-head-unknown');
  });

  it('walks cause, originalError, precedingErrors and bundled errors', () => {
    const login = Object.assign(new Error("Login failed for user 'admin'."), {
      name: 'ConnectionError',
    });
    const restored = new Error(
      "Database 'Sales' already exists. Choose a different database name.",
    );
    const terminating = Object.assign(new Error('RESTORE DATABASE is terminating abnormally.'), {
      precedingErrors: [restored],
    });
    assert.equal(
      diagnose(new EngineError('sql/x', 'Refused.', { cause: login }))?.id,
      'login-failed',
    );
    assert.equal(
      diagnose(Object.assign(new Error('?'), { originalError: login }))?.id,
      'login-failed',
    );
    assert.equal(
      diagnose(new EngineError('x', 'y', { cause: terminating }))?.id,
      'database-exists',
    );
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), {
      code: 'ECONNREFUSED',
    });
    const bundled = Object.assign(new AggregateError([refused], ''), { code: 'ECONNREFUSED' });
    assert.equal(diagnose(bundled)?.id, 'net-refused');
  });

  it('reads our own sentence only when nothing is behind it', () => {
    assert.equal(diagnose(new EngineError('x', 'Access Denied'))?.id, 'access-denied');
    assert.equal(
      diagnose(new EngineError('x', 'Access Denied', { cause: new Error('nothing known') })),
      undefined,
    );
  });

  it('ends on errors that lead to each other, and on what is no error', () => {
    const loop = new Error('one');
    loop.cause = new Error('two', { cause: loop });
    assert.equal(diagnose(loop), undefined);
    for (const nothing of [undefined, null, 5, {}, []]) assert.equal(diagnose(nothing), undefined);
  });
});

describe('captured traces', { skip: skipWithoutShared }, () => {
  const folder = path.join(sharedFolder ?? '', 'reference', 'traces');
  const expected: Readonly<Record<string, string | undefined>> = {
    '02': 'cse-metadata-incomplete',
    '03': 'encrypted-backup-no-key',
    '04': 'kms-key-does-not-exist',
    '05': 'backup-window-collision-probable',
    '06': 'backup-window-collision',
    '07': 'backup-window-collision',
    '10': 'bucket-other-region',
    '11': 'restore-same-file-guids',
    '12': 'tde-cert-missing-rds',
    '22': 'access-denied',
    '23': 'version-too-new',
    '24': 'log-chain-too-recent',
    '25': 'insufficient-space-create',
    '26': 'restore-too-many-files',
    '27': 'tde-cert-missing',
    '28': 'backup-file-exists',
  };
  for (const name of sharedFolder === undefined ? [] : readdirSync(folder)) {
    it(name, () => {
      const text = readFileSync(path.join(folder, name), 'utf8').replace(/^(# .*\n)+/, '');
      assert.equal(diagnose(text)?.id, expected[name.slice(0, 2)]);
    });
  }
});
