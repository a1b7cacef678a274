import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EngineError } from '../../../src/core/errors.js';
import type {
  Statement,
  StatementResult,
  StatementRunner,
} from '../../../src/core/nativeTasks/statement.js';
import { restoreDatabase } from '../../../src/core/nativeTasks/statements.js';
import { submitTask } from '../../../src/core/nativeTasks/submitTask.js';

const statement = restoreDatabase({ databaseName: 'Sales', s3Arn: 'arn:aws:s3:::bkt/sales.bak' });

function runner(...answers: (Partial<StatementResult> | Error)[]) {
  const sent: Statement[] = [];
  const run: StatementRunner['run'] = (next) => {
    sent.push(next);
    const answer = answers.shift() ?? {};
    return answer instanceof Error
      ? Promise.reject(answer)
      : Promise.resolve({ recordsets: [], messages: [], ...answer });
  };
  return { run, sent };
}

const row = (task_id: number, s3_object_arn: string) => ({
  task_id,
  lifecycle: 'CREATED',
  s3_object_arn,
});

describe('submitting a task', () => {
  it('takes the id and state from the result set', async () => {
    const fake = runner({
      recordsets: [[{ Task_Id: 5, task_type: 'RESTORE_DB', lifecycle: 'CREATED' }]],
      messages: ['Task Id: 99'],
    });
    assert.deepEqual(await submitTask(fake, statement), { taskId: 5, lifecycle: 'CREATED' });
    assert.equal(fake.sent.length, 1);
  });

  it('takes the id from the message when there is no result set', async () => {
    const fake = runner({ messages: ['Something.', 'Task Id:  12'] });
    assert.deepEqual(await submitTask(fake, statement), { taskId: 12 });
  });

  it('else looks for the newest task of the same database and object', async () => {
    const fake = runner(
      {},
      {
        recordsets: [
          [row(3, 'arn:aws:s3:::bkt/sales.bak'), row(9, 'arn:aws:s3:::bkt/other.bak')],
          [row(4, 'arn:aws:s3:::bkt/sales.bak')],
        ],
      },
    );
    assert.deepEqual(await submitTask(fake, statement), { taskId: 4, lifecycle: 'CREATED' });
    assert.deepEqual(fake.sent[1]?.parameters, [
      { name: 'db_name', type: 'nvarchar', value: 'Sales' },
    ]);
  });

  it('says so when the id cannot be found', async () => {
    await assert.rejects(submitTask(runner({}, {}), statement), { code: 'task/no-task-id' });
  });

  it('passes a refusal through', async () => {
    const refusal = new EngineError('sql/statement-failed', 'Database already exists.');
    await assert.rejects(submitTask(runner(refusal), statement), refusal);
  });

  it('does not pretend to know when the connection broke', async () => {
    const lost = new EngineError('sql/connection-lost', 'The connection broke.');
    await assert.rejects(submitTask(runner(lost), statement), (error: EngineError) => {
      assert.equal(error.code, 'task/submit-uncertain');
      assert.equal(error.cause, lost);
      assert.match(error.message, /before you submit it again/);
      return true;
    });
  });
});
