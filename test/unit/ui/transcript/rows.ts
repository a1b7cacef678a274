import { readFileSync } from 'node:fs';
import type { TaskRow } from '../../../../src/core/nativeTasks/taskRow.js';
import { readTranscript } from '../../../../src/ui/transcript/readTranscript.js';
import { fixture } from '../../../support/paths.js';
import { taskRow } from '../../nativeTasks/tasks.js';

export const objectArn = 'arn:aws:s3:::acme-backups/full/Northwind.bak';
export const keyArn =
  'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
export const instanceArn = 'arn:aws:rds:eu-central-1:111122223333:db:prod-sql';

/** The row of a task whose messages one of the sample transcripts shows. */
export function rowOfFixture(name: string, change: Partial<TaskRow> = {}): TaskRow {
  const lines = readFileSync(fixture('transcripts', `${name}.rds-task-log`), 'utf8').split('\n');
  const messages = readTranscript(lines).flatMap((section) => section.messages);
  return taskRow({
    taskId: 12,
    databaseName: 'Northwind',
    lifecycle: 'ERROR',
    s3ObjectArn: objectArn,
    taskInfo: messages.map(({ text }) => text).join('\r\r'),
    ...change,
  });
}
