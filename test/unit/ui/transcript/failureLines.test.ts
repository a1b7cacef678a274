import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { diagnose } from '../../../../src/core/diagnosis/diagnose.js';
import { explainLine, failureOf } from '../../../../src/ui/transcript/failureLines.js';
import { readTranscript } from '../../../../src/ui/transcript/readTranscript.js';
import { transcriptOfRow } from '../../../../src/ui/transcript/transcriptOfRow.js';
import { sharedFolder, skipWithoutShared } from '../../../support/paths.js';
import { taskRow } from '../../nativeTasks/tasks.js';
import { keyArn, rowOfFixture } from './rows.js';

/** A task's transcript, its messages, and what their lines tell of its failure. */
function read(lines: readonly string[]) {
  const [section] = readTranscript(lines);
  const messages = section?.messages ?? [];
  const failure = failureOf(messages);
  return {
    messages,
    id: failure?.diagnosis.id,
    tells: (failure?.lines ?? []).map((line) => lines[line]?.replace(/^\[.*?\] /, '').slice(0, 40)),
    /** The line that starts like this, explained. */
    explained: (start: string) => {
      const line = lines.findIndex((text) => text.replace(/^\[.*?\] /, '').startsWith(start));
      assert.ok(line >= 0, start);
      const { diagnosis, cause } = explainLine(messages, line) ?? {};
      return [diagnosis?.id, cause?.diagnosis.id];
    },
  };
}

const frame = 'Aborted the task because of a task failure';

describe('the lines of a failure', () => {
  it('is the one message that says it', () => {
    const lines = transcriptOfRow(rowOfFixture('restore-without-envelope'), 'prod-sql');
    const { id, tells, explained } = read(lines);
    assert.equal(id, 'cse-metadata-incomplete');
    assert.deepEqual(
      tells,
      ['Object metadata (x-amz-key) incomplete, c'].map((text) => text.slice(0, 40)),
    );
    assert.deepEqual(explained('Object metadata'), ['cse-metadata-incomplete', undefined]);
    assert.deepEqual(explained(frame), ['task-failure-restore', 'cse-metadata-incomplete']);
    assert.deepEqual(explained('Task execution has started'), [undefined, undefined]);
    assert.deepEqual(explained('Object    '), [undefined, undefined], 'a fact is no message');
    assert.deepEqual(explained('    Cause'), [undefined, undefined], 'nor is the account');
  });

  it('is every message that a failure spans', () => {
    const lines = transcriptOfRow(rowOfFixture('restore-without-key'), 'prod-sql');
    const { id, tells, explained } = read(lines);
    assert.equal(id, 'encrypted-backup-no-key');
    assert.deepEqual(tells, [
      'The media family on device ‘5A1D0C52-6C7',
      'Invalid attempt to read when no data is ',
    ]);
    // Alone, the first line would say something less specific.
    assert.deepEqual(explained('The media family'), ['encrypted-backup-no-key', undefined]);
    assert.deepEqual(explained('Invalid attempt'), ['encrypted-backup-no-key', undefined]);
    assert.deepEqual(explained(frame), ['task-failure-restore', 'encrypted-backup-no-key']);
  });

  it('is the wrong key', () => {
    const { id, explained } = read(
      transcriptOfRow(rowOfFixture('restore-with-wrong-key'), 'prod-sql'),
    );
    assert.equal(id, 'kms-key-does-not-exist');
    assert.deepEqual(explained('Key ‘arn'), ['kms-key-does-not-exist', undefined]);
  });

  it('is found among the messages of its own task where several speak', () => {
    const failed = transcriptOfRow(rowOfFixture('restore-without-key'), 'prod-sql');
    const other = transcriptOfRow(
      taskRow({ lifecycle: 'ERROR', taskInfo: 'Access Denied' }),
      'prod-sql',
    );
    const [heading = '', ...rest] = failed;
    const half = rest.findIndex((text) => text.includes('RESTORE FILELIST'));
    const woven = [heading, ...rest.slice(0, half), ...other, heading, ...rest.slice(half)];
    const sections = readTranscript(woven);
    assert.deepEqual(
      sections.map(({ messages }) => failureOf(messages)?.diagnosis.id),
      ['encrypted-backup-no-key', 'access-denied'],
    );
    const lines = failureOf(sections[0]?.messages ?? [])?.lines ?? [];
    assert.match(woven[lines[0] ?? 0] ?? '', /media family/);
    assert.match(woven[lines.at(-1) ?? 0] ?? '', /Invalid attempt/);
  });

  it('carries the situation of the task', () => {
    const lines = transcriptOfRow(rowOfFixture('restore-without-key'), 'prod-sql');
    const situation = {
      keyPassed: null,
      object: { location: 's3://b/k', envelope: { format: 'v1', wrappingKey: keyArn } },
    } as const;
    const failure = failureOf(readTranscript(lines)[0]?.messages ?? [], situation);
    assert.match(failure?.diagnosis.situationNotes.join() ?? '', /Pass arn:aws:kms/);
  });

  it('is nothing where nothing failed', () => {
    const success = rowOfFixture('restore-success', { lifecycle: 'SUCCESS' });
    const { id, messages } = read(transcriptOfRow(success, 'prod-sql'));
    assert.equal(id, undefined);
    assert.equal(explainLine(messages, 999), undefined);
    assert.equal(failureOf([]), undefined);
  });

  it('ends on a task with very many messages', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => ({
      line: at,
      text: `Processed ${at} pages for database 'Northwind', file 'F${at}' on file 1.`,
    }));
    assert.equal(failureOf(many), undefined);
    const failing = [...many, { line: 20_000, text: 'Access Denied' }];
    assert.deepEqual(failureOf(failing)?.lines, [20_000]);
  });
});

describe('the real failures', { skip: skipWithoutShared }, () => {
  const folder = path.join(sharedFolder ?? '', 'reference', 'traces');
  const names = sharedFolder === undefined ? [] : readdirSync(folder);
  for (const name of names.filter((file) => /fail|denied|too|gap|space|thumb|exists/.test(file))) {
    it(name, () => {
      const taskInfo = readFileSync(path.join(folder, name), 'utf8').replace(/^# .*\r?\n/, '');
      const lines = transcriptOfRow(taskRow({ lifecycle: 'ERROR', taskInfo }), 'prod-sql');
      const { id, tells } = read(lines);
      assert.equal(id, diagnose(taskInfo)?.id);
      assert.ok(tells.length > 0 && tells.length <= 4, tells.join('\n'));
    });
  }
});
