import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EngineError } from '../../../../src/core/errors.js';
import {
  followTask,
  nothingSeen,
  type TaskEvent,
} from '../../../../src/core/nativeTasks/followTask.js';
import { parseTaskInfo } from '../../../../src/core/nativeTasks/taskInfo.js';
import type { TaskRow } from '../../../../src/core/nativeTasks/taskRow.js';
import { readTranscript } from '../../../../src/ui/transcript/readTranscript.js';
import { transcriptOfRow } from '../../../../src/ui/transcript/transcriptOfRow.js';
import { TranscriptStream } from '../../../../src/ui/transcript/transcriptStream.js';
import { sharedFolder, skipWithoutShared } from '../../../support/paths.js';
import { taskRow } from '../../nativeTasks/tasks.js';
import { instanceArn, keyArn, objectArn, rowOfFixture } from './rows.js';

const task = (row: TaskRow) => ({ instanceArn, instanceId: 'prod-sql', taskId: row.taskId, row });

/** What the output shows of a row's growth, one look after the other. */
function streamed(rows: readonly TaskRow[]): string[] {
  const lines: string[] = [];
  const stream = new TranscriptStream((line) => lines.push(line));
  let state = nothingSeen;
  for (const row of rows) {
    const step = followTask(state, row);
    state = step.state;
    for (const event of step.events) stream.tell(task(row), event);
  }
  return lines;
}

describe('a transcript', () => {
  it('tells a restore that succeeded', () => {
    const row = rowOfFixture('restore-success', {
      lifecycle: 'SUCCESS',
      percentComplete: 100,
      kmsKeyArn: keyArn,
      createdAt: new Date('2026-11-24T22:10:00Z'),
    });
    assert.deepEqual(transcriptOfRow(row, 'prod-sql'), [
      '== Task 12 · RESTORE_DB · Northwind · on prod-sql ==',
      `Object    ${objectArn}`,
      `KMS key   ${keyArn}`,
      'Created   2026-11-24 22:10:00',
      '[2026-11-24 22:10:11.123] Task execution has started.',
      '[2026-11-24 22:10:14.480] full/Northwind 2026-11-24.bak: Completed processing 33.33% of S3 chunks.',
      '[2026-11-24 22:10:15.007] 5 percent processed.',
      '[2026-11-24 22:11:02.640] full/Northwind 2026-11-24.bak: Completed processing 96.74% of S3 chunks.',
      '[2026-11-24 22:11:03.117] 100 percent processed.',
      "[2026-11-24 22:11:03.403] Processed 434 pages for database 'Northwind', file 'Northwind' on file 1.",
      "[2026-11-24 22:11:03.403] Processed 2 pages for database 'Northwind', file 'Northwind_log' on file 1.",
      '[2026-11-24 22:11:03.403] RESTORE DATABASE successfully processed 436 pages in 0.350 seconds (6.460 MB/sec).',
      '[2026-11-24 22:11:03.520] full/Northwind 2026-11-24.bak: S3 processing completed successfully',
      '[2026-11-24 22:11:03.527] Command execution completed successfully.',
      'state SUCCESS, 100 %',
      'Duration  52 s',
    ]);
  });

  it('accounts for a failure, with what is off in the situation', () => {
    const row = rowOfFixture('restore-without-envelope');
    const situation = {
      keyPassed: keyArn,
      object: { location: 's3://acme-backups/full/Northwind.bak', envelope: null },
    };
    const lines = transcriptOfRow(row, 'prod-sql', situation);
    const end = lines.slice(lines.indexOf('state ERROR, 0 %'));
    assert.deepEqual(
      end.map((line) => line.slice(0, 60)),
      [
        'state ERROR, 0 %',
        'Duration  1.3 s',
        '  Object is not client-side encrypted (or its envelope metad',
        '    Cause  @kms_master_key_arn was passed, so RDS expected a',
        `    Here   The key ${keyArn} was passed, but`.slice(0, 60),
        '    Fix    Re-upload the .bak with client-side envelope encr',
      ],
    );
  });

  it('shows a task that runs, with a percentage that the messages do not say', () => {
    const row = taskRow({
      percentComplete: 45,
      taskInfo: '[2025-03-02 10:00:03.100] 40 percent processed.',
    });
    assert.deepEqual(transcriptOfRow(row, 'prod-sql'), [
      '== Task 7 · RESTORE_DB · Sales · on prod-sql ==',
      'state IN_PROGRESS',
      '[2025-03-02 10:00:03.100] 40 percent processed.',
      '45 %',
    ]);
  });

  it('leaves out what is not known', () => {
    const row = taskRow({
      taskType: '',
      databaseName: undefined,
      lifecycle: 'CANCELLED',
      percentComplete: undefined,
    });
    assert.deepEqual(transcriptOfRow(row, 'prod-sql'), [
      '== Task 7 · on prod-sql ==',
      'state CANCELLED',
    ]);
  });
});

describe('the stream of several tasks', () => {
  it('says who speaks when that changes, and the facts once', () => {
    const lines: string[] = [];
    const stream = new TranscriptStream((line) => lines.push(line));
    const first = task(taskRow({ s3ObjectArn: objectArn }));
    const second = task(taskRow({ taskId: 8, databaseName: 'Stock' }));
    const lost: TaskEvent = {
      kind: 'connection-lost',
      error: new EngineError('sql/connection-lost', 'The connection broke.'),
      attempt: 1,
      retryInMs: 2000,
    };
    stream.tell(first, { kind: 'percent', percent: 5 });
    stream.tell(first, { kind: 'percent', percent: 5 });
    stream.tell(second, lost);
    stream.tell(second, { kind: 'reconnected' });
    stream.tell(first, { kind: 'percent', percent: 10 });
    assert.deepEqual(lines, [
      '== Task 7 · RESTORE_DB · Sales · on prod-sql ==',
      `Object    ${objectArn}`,
      '5 %',
      '',
      '== Task 8 · RESTORE_DB · Stock · on prod-sql ==',
      '  Connection lost, trying again in 2.0 s: The connection broke.',
      '  Connected again.',
      '',
      '== Task 7 · RESTORE_DB · Sales · on prod-sql ==',
      '10 %',
    ]);
    assert.deepEqual(readTranscript(lines), [
      { task: { taskId: 7, instanceId: 'prod-sql' }, messages: [] },
      { task: { taskId: 8, instanceId: 'prod-sql' }, messages: [] },
    ]);
  });

  it('reads like the document of the task, whenever one looked', () => {
    const row = rowOfFixture('restore-without-key');
    const document = transcriptOfRow(row, 'prod-sql').filter((line) => !line.startsWith('  '));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: row.taskInfo.length })), (cuts) => {
        const looks = [...cuts]
          .sort((a, b) => a - b)
          .map((end) => ({
            ...row,
            lifecycle: 'IN_PROGRESS',
            taskInfo: row.taskInfo.slice(0, end),
          }));
        const lines = streamed([...looks, row]).filter((line) => line !== 'state IN_PROGRESS');
        // A message that one look cut off comes again, whole, with the next.
        const whole = lines.filter((line) => !isCutOff(line, document));
        assert.deepEqual(whole, document);
      }),
    );
  });
});

const isCutOff = (line: string, document: readonly string[]) =>
  !document.includes(line) && document.some((whole) => whole.startsWith(line));

describe('the real task_info texts', { skip: skipWithoutShared }, () => {
  const folder = path.join(sharedFolder ?? '', 'reference', 'traces');
  const names = sharedFolder === undefined ? [] : readdirSync(folder);
  for (const name of names.filter((file) => /^\d+-(assembled-)?(restore|backup)/.test(file))) {
    it(name, () => {
      const taskInfo = readFileSync(path.join(folder, name), 'utf8').replace(/^# .*\r?\n/, '');
      const row = taskRow({ lifecycle: /success/.test(name) ? 'SUCCESS' : 'ERROR', taskInfo });
      const lines = transcriptOfRow(row, 'prod-sql');
      const [section] = readTranscript(lines);
      assert.deepEqual(
        section?.messages.map(({ text }) => text),
        parseTaskInfo(taskInfo).map(({ stamp, text }) =>
          stamp === undefined ? text : `[${stamp}] ${text}`,
        ),
        'every message is one line, and is read back',
      );
      assert.deepEqual(
        streamed([row]),
        lines.filter((line) => !line.startsWith('  ')),
      );
      const explained = lines.some((line) => line.startsWith('    Fix    '));
      assert.equal(explained, row.lifecycle === 'ERROR');
    });
  }
});
