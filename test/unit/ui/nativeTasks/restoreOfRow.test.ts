import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderStatement } from '../../../../src/core/nativeTasks/renderStatement.js';
import { restoreDatabase } from '../../../../src/core/nativeTasks/statements.js';
import { restoreOfRow } from '../../../../src/ui/nativeTasks/restoreOfRow.js';
import { taskRow } from '../../nativeTasks/tasks.js';

const s3ObjectArn = 'arn:aws:s3:::backups/sales.bak';
const kmsKeyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const sqlOf = (taskType: string, key?: string) => {
  const restore = restoreOfRow(taskRow({ taskType, s3ObjectArn, kmsKeyArn: key }));
  return restore === undefined ? undefined : renderStatement(restoreDatabase(restore));
};

describe('the restore that a task was queued by', () => {
  it('is its statement again', () => {
    assert.equal(
      sqlOf('RESTORE_DB', kmsKeyArn),
      [
        'EXEC msdb.dbo.rds_restore_database',
        "    @restore_db_name = N'Sales',",
        `    @s3_arn_to_restore_from = N'${s3ObjectArn}',`,
        `    @kms_master_key_arn = N'${kmsKeyArn}';`,
      ].join('\n'),
    );
  });

  it('says how it ends where that was not left to the server', () => {
    assert.match(sqlOf('RESTORE_DB_NORECOVERY') ?? '', /@with_norecovery = 1/);
    assert.doesNotMatch(sqlOf('RESTORE_DB_NORECOVERY') ?? '', /@type/);
    assert.match(sqlOf('RESTORE_DB_DIFFERENTIAL') ?? '', /@with_norecovery = 0,\s+@type = N'DIFF/);
    assert.match(sqlOf('RESTORE_DB_DIFFERENTIAL_NORECOVERY') ?? '', /@with_norecovery = 1/);
  });

  it('is none of other tasks, nor of one without an object', () => {
    for (const type of ['BACKUP_DB', 'RESTORE_DB_LOG', 'RESTORE_DB_LOG_NORECOVERY', '']) {
      assert.equal(sqlOf(type), undefined, type);
    }
    assert.equal(restoreOfRow(taskRow()), undefined);
  });
});
