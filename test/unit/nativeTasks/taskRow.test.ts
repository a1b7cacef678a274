import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Row } from '../../../src/core/nativeTasks/statement.js';
import { readTaskRows } from '../../../src/core/nativeTasks/taskRow.js';

const read = (row: Row) => readTaskRows({ recordsets: [[row]], messages: [] })[0];

const of14: Row = {
  task_id: 2,
  task_type: 'BACKUP_DB',
  database_name: 'pyramid',
  '% complete': 100,
  'duration(mins)': 1,
  lifecycle: 'SUCCESS',
  task_info: '\r[2021-01-04 14:15:22.133] Task execution has started.\r\r',
  last_updated: new Date('2021-01-04T14:16:22.350Z'),
  created_at: new Date('2021-01-04T14:15:14.103Z'),
  S3_object_arn: 'arn:aws:s3:::bucket/key.bak',
  overwrite_S3_backup_file: 0,
  KMS_master_key_arn: null,
  filepath: null,
  overwrite_file: false,
};

describe('rows of rds_task_status', () => {
  it('reads the layout of 14 columns', () => {
    assert.deepEqual(read(of14), {
      taskId: 2,
      taskType: 'BACKUP_DB',
      databaseName: 'pyramid',
      percentComplete: 100,
      durationMinutes: 1,
      lifecycle: 'SUCCESS',
      taskInfo: '\r[2021-01-04 14:15:22.133] Task execution has started.\r\r',
      lastUpdated: new Date('2021-01-04T14:16:22.350Z'),
      createdAt: new Date('2021-01-04T14:15:14.103Z'),
      s3ObjectArn: 'arn:aws:s3:::bucket/key.bak',
      overwriteS3BackupFile: false,
      kmsKeyArn: undefined,
      filepath: undefined,
      overwriteFile: false,
    });
  });

  it('reads the other spellings, values as text, and the layout of 12 columns', () => {
    const row = read({
      Task_ID: '1',
      TASK_TYPE: 'RESTORE_DB',
      database_name: 'x',
      '%complete': '12',
      'duration (mins)': '3',
      Lifecycle: 'in_progress',
      task_info: null,
      last_updated: '2019-01-18 16:42:22.087',
      created_at: '2019-01-18 16:41:15.730',
      s3_object_arn: 'arn:aws:s3:::bucket/key.bak',
      overwrite_s3_backup_file: '1',
      kms_master_key_arn: 'arn:aws:kms:eu-west-1:111122223333:key/k',
    });
    assert.equal(row?.taskId, 1);
    assert.equal(row.percentComplete, 12);
    assert.equal(row.durationMinutes, 3);
    assert.equal(row.lifecycle, 'IN_PROGRESS');
    assert.equal(row.taskInfo, '');
    assert.deepEqual(row.lastUpdated, new Date('2019-01-18T16:42:22.087Z'));
    assert.equal(row.overwriteS3BackupFile, true);
    assert.equal(row.kmsKeyArn, 'arn:aws:kms:eu-west-1:111122223333:key/k');
    assert.equal(row.overwriteFile, undefined);
  });

  it('names the columns when the answer is something else', () => {
    assert.throws(() => read({ foo: 1, bar: 2 }), {
      code: 'task/unexpected-columns',
      message: /foo, bar/,
    });
  });

  it('reads no rows from no result set', () => {
    assert.deepEqual(readTaskRows({ recordsets: [], messages: [] }), []);
  });
});
