import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import type { RestoreDatabase } from '../../../src/core/nativeTasks/restoreParameters.js';
import {
  cancelTask,
  restoreDatabase,
  taskStatus,
} from '../../../src/core/nativeTasks/statements.js';

const valid: RestoreDatabase = { databaseName: 'Sales', s3Arn: 'arn:aws:s3:::backups/sales.bak' };
const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function codeOf(change: object): string {
  try {
    restoreDatabase({ ...valid, ...change });
  } catch (error) {
    assert.ok(error instanceof EngineError);
    return error.code;
  }
  return 'accepted';
}

describe('rds_restore_database', () => {
  it('sends only what was given', () => {
    assert.deepEqual(restoreDatabase(valid), {
      kind: 'procedure',
      procedure: 'msdb.dbo.rds_restore_database',
      parameters: [
        { name: 'restore_db_name', type: 'nvarchar', value: 'Sales' },
        {
          name: 's3_arn_to_restore_from',
          type: 'nvarchar',
          value: 'arn:aws:s3:::backups/sales.bak',
        },
      ],
    });
  });

  it('sends every parameter under its documented name', () => {
    const { parameters } = restoreDatabase({
      databaseName: 'Sales',
      s3Arn: 'arn:aws:s3:::backups/set/sales_*',
      type: 'DIFFERENTIAL',
      withNorecovery: true,
      keepCdc: true,
      dataFileVolume: 'H:',
      logFileVolume: 'I:',
      kmsKeyArn: keyArn,
      blockSize: 512,
      maxTransferSize: 4194304,
      bufferCount: 10,
    });
    assert.deepEqual(Object.fromEntries(parameters.map(({ name, value }) => [name, value])), {
      restore_db_name: 'Sales',
      s3_arn_to_restore_from: 'arn:aws:s3:::backups/set/sales_*',
      type: 'DIFFERENTIAL',
      with_norecovery: true,
      keep_cdc: true,
      data_file_volume: 'H:',
      log_file_volume: 'I:',
      kms_master_key_arn: keyArn,
      block_size: 512,
      max_transfer_size: 4194304,
      buffer_count: 10,
    });
  });

  const refused: readonly (readonly [what: string, change: object, code: string])[] = [
    ['an empty name', { databaseName: ' ' }, 'restore/bad-database-name'],
    ['a name of 129 characters', { databaseName: 'x'.repeat(129) }, 'restore/bad-database-name'],
    ['a line break in the name', { databaseName: 'a\nb' }, 'restore/bad-database-name'],
    ['a system database', { databaseName: 'MSDB' }, 'restore/bad-database-name'],
    ['an s3:// address', { s3Arn: 's3://backups/sales.bak' }, 'arn/malformed'],
    ['an empty ARN', { s3Arn: '' }, 'arn/malformed'],
    ['a bucket without a key', { s3Arn: 'arn:aws:s3:::backups' }, 's3-arn/no-key'],
    ['a bucket with an empty key', { s3Arn: 'arn:aws:s3:::backups/' }, 's3-arn/no-key'],
    ['a region in a bucket ARN', { s3Arn: 'arn:aws:s3:eu-west-1::b/k' }, 's3-arn/bad-bucket'],
    ['another service', { s3Arn: 'arn:aws:sqs:eu-west-1:111122223333:q' }, 's3-arn/not-s3'],
    ['an asterisk in the middle', { s3Arn: 'arn:aws:s3:::bkt/a*b.bak' }, 'restore/bad-file-set'],
    [
      'a set in a directory bucket without /*',
      {
        s3Arn:
          'arn:aws:s3express:us-east-1:111122223333:accesspoint/ap--use1-az4--xa-s3/object/set*',
      },
      'restore/bad-file-set',
    ],
    ['a bare key id', { kmsKeyArn: '1234abcd' }, 'arn/malformed'],
    ['a role as the key', { kmsKeyArn: 'arn:aws:iam::111122223333:role/x' }, 'kms/not-a-key-arn'],
    [
      'an alias as the key',
      { kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:alias/backup' },
      'restore/key-alias',
    ],
    ['a differential of unstated end', { type: 'DIFFERENTIAL' }, 'restore/recovery-not-stated'],
    [
      'keep_cdc on a full norecovery restore',
      { keepCdc: true, withNorecovery: true },
      'restore/keep-cdc-norecovery',
    ],
    ['an unknown volume', { dataFileVolume: 'E:' }, 'restore/bad-volume'],
    ['an unknown log volume', { logFileVolume: 'd:' }, 'restore/bad-volume'],
    ['a block size off the list', { blockSize: 1000 }, 'restore/bad-block-size'],
    ['a transfer size of 100000', { maxTransferSize: 100_000 }, 'restore/bad-transfer-size'],
    ['a transfer size of 0', { maxTransferSize: 0 }, 'restore/bad-transfer-size'],
    ['a transfer size above 4 MiB', { maxTransferSize: 4_259_840 }, 'restore/bad-transfer-size'],
    ['half a buffer', { bufferCount: 0.5 }, 'restore/bad-buffer-count'],
    ['no buffer', { bufferCount: 0 }, 'restore/bad-buffer-count'],
  ];
  for (const [what, change, code] of refused) {
    it(`refuses ${what}`, () => {
      assert.equal(codeOf(change), code);
    });
  }

  const accepted: readonly (readonly [what: string, change: object])[] = [
    ['a multi-file set', { s3Arn: 'arn:aws:s3:::bkt/sales_*' }],
    ['an access point', { s3Arn: 'arn:aws:s3:eu-west-1:111122223333:accesspoint/apt/object/k' }],
    ['other partitions', { s3Arn: 'arn:aws-cn:s3:::bkt/k' }],
    ['blanks and line ends around an ARN', { s3Arn: ' arn:aws:s3:::bkt/k\n' }],
    ['a multi-Region key', { kmsKeyArn: keyArn.replace('1234abcd-12ab', 'mrk-1234abcd12ab') }],
    [
      'keys with blanks, quotes and non-ASCII letters',
      { s3Arn: "arn:aws:s3:::bkt/Ä it's (1).bak" },
    ],
    ['a name of 128 characters', { databaseName: 'x'.repeat(128) }],
    ['a differential that ends online', { type: 'DIFFERENTIAL', withNorecovery: false }],
  ];
  for (const [what, change] of accepted) {
    it(`takes ${what}`, () => {
      assert.equal(codeOf(change), 'accepted');
    });
  }
});

describe('rds_task_status and rds_cancel_task', () => {
  it('asks for all tasks, a database, or an id', () => {
    assert.deepEqual(taskStatus().parameters, []);
    assert.deepEqual(taskStatus({ databaseName: 'Sales' }).parameters, [
      { name: 'db_name', type: 'nvarchar', value: 'Sales' },
    ]);
    assert.deepEqual(taskStatus({ taskId: 7 }).parameters, [
      { name: 'task_id', type: 'int', value: 7 },
    ]);
    assert.deepEqual(cancelTask(7), {
      kind: 'procedure',
      procedure: 'msdb.dbo.rds_cancel_task',
      parameters: [{ name: 'task_id', type: 'int', value: 7 }],
    });
  });

  it('refuses what is no task id', () => {
    for (const id of [0, -1, 1.5, NaN, 2 ** 31]) {
      assert.throws(() => cancelTask(id), { code: 'task/bad-id' });
    }
  });
});
