import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTaskInfo } from '../../../src/core/nativeTasks/taskInfo.js';
import { sharedFolder, skipWithoutShared } from '../../support/paths.js';

/** Kinds of the messages in runs: `file-progress 3` for three in a row. */
function shape(text: string): string {
  const runs: [kind: string, count: number][] = [];
  for (const { kind } of parseTaskInfo(text)) {
    const last = runs.at(-1);
    if (last?.[0] === kind) last[1] += 1;
    else runs.push([kind, 1]);
  }
  return runs.map(([kind, count]) => (count === 1 ? kind : `${kind} ${count}`)).join(', ');
}

const parts = [
  '[2025-03-02 10:00:03.117] Task execution has started.',
  '[2025-03-02 10:00:03.123] RESTORE_DB task will initiate a multi-file task with 2 file(s). \r\n The files are: my set/a_1-of-2.bak, my set/a_2-of-2.bak.',
  '[2025-03-02 10:01:10.220] my set/a_1-of-2.bak: Completed processing 33.33% of S3 chunks.',
  '[2025-03-02 10:01:20.780] 35 percent processed.',
  "[2025-03-02 10:02:44.917] Processed 520 pages for database 'a', file 'a' on file 1.  Processed 2 pages for database 'a', file 'a_log' on file 1.  RESTORE DATABASE successfully processed 522 pages in 0.350 seconds (6.460 MB/sec).",
  '[2025-03-02 10:02:45.020] my set/a_1-of-2.bak: S3 processing completed successfully',
  '[2025-03-02 10:02:45.040] Command execution completed successfully.',
];

describe('task_info', () => {
  it('is read whatever parts the messages: blanks, CR, CR CR, CR LF, line by line', () => {
    const expected = parseTaskInfo(parts.join(' '));
    for (const separator of ['\r', '\r\r', '\r\n', '\n', '\n\n', ' \r\n ', '']) {
      assert.deepEqual(parseTaskInfo(separator + parts.join(separator)), expected);
    }
    assert.deepEqual(
      expected.map(({ kind }) => kind),
      [
        'started',
        'file-plan',
        'file-progress',
        'engine-progress',
        'text',
        'text',
        'engine-done',
        'file-done',
        'completed',
      ],
    );
  });

  it('gives the facts of each message', () => {
    const messages = parseTaskInfo(parts.join(' '));
    assert.deepEqual(messages[1], {
      kind: 'file-plan',
      taskType: 'RESTORE_DB',
      fileCount: 2,
      files: ['my set/a_1-of-2.bak', 'my set/a_2-of-2.bak'],
      stamp: '2025-03-02 10:00:03.123',
      text:
        'RESTORE_DB task will initiate a multi-file task with 2 file(s). ' +
        'The files are: my set/a_1-of-2.bak, my set/a_2-of-2.bak.',
    });
    assert.deepEqual(messages[2], {
      kind: 'file-progress',
      file: 'my set/a_1-of-2.bak',
      percent: 33.33,
      stamp: '2025-03-02 10:01:10.220',
      text: 'my set/a_1-of-2.bak: Completed processing 33.33% of S3 chunks.',
    });
    assert.deepEqual(messages[6], {
      kind: 'engine-done',
      verb: 'RESTORE',
      what: 'DATABASE',
      pages: 522,
      seconds: 0.35,
      megabytesPerSecond: 6.46,
      stamp: '2025-03-02 10:02:44.917',
      text: 'RESTORE DATABASE successfully processed 522 pages in 0.350 seconds (6.460 MB/sec).',
    });
  });

  it('tells failure frames and clean-up from the messages that name the cause', () => {
    const text =
      '[2025-03-02 12:00:04.010] Task execution has started. ' +
      '[2025-03-02 12:00:05.303] Aborted the task because of a task failure or a concurrent RESTORE_DB_LOG_NORECOVERY request. ' +
      '[2025-03-02 12:00:05.310] Access Denied ' +
      '[2025-03-02 12:00:05.400] a b.bak: Aborting S3 download, waiting for S3 workers to clean up and exit ' +
      '[2025-03-02 12:00:05.410] a b.bak: S3 processing has been aborted ' +
      '[2025-03-02 12:00:05.417] Task has been aborted';
    assert.equal(shape(text), 'started, failure-frame, text, clean-up 3');
    assert.deepEqual(
      parseTaskInfo(text).flatMap((m) => (m.kind === 'clean-up' ? [m.file] : [])),
      ['a b.bak', 'a b.bak', undefined],
    );
  });

  it('cuts text without stamps at the fixed messages, also on one line', () => {
    const one =
      'Task execution has started. The thing is wrong. RESTORE FILELIST is terminating abnormally. ' +
      'Aborted the task because of a task failure or a concurrent RESTORE_DB request. x/y.bak: S3 ' +
      'processing has been aborted Invalid attempt.';
    assert.deepEqual(
      parseTaskInfo(one).map(({ kind, text }) => [kind, text]),
      [
        ['started', 'Task execution has started.'],
        ['text', 'The thing is wrong. RESTORE FILELIST is terminating abnormally.'],
        [
          'failure-frame',
          'Aborted the task because of a task failure or a concurrent RESTORE_DB request.',
        ],
        ['clean-up', 'x/y.bak: S3 processing has been aborted'],
        ['text', 'Invalid attempt.'],
      ],
    );
  });

  it('is empty for an empty text and drops what is left of a cut stamp', () => {
    assert.deepEqual(parseTaskInfo(''), []);
    assert.deepEqual(parseTaskInfo(' \r\n '), []);
    for (const cut of [
      '[',
      '[2',
      '[2025-03-0',
      '[2025-03-02 10:00:03.11',
      '[2025-03-02 10:00:03.117',
    ]) {
      assert.equal(shape(`${parts[0] ?? ''} ${cut}`), 'started');
    }
  });

  it('cut anywhere, gives a prefix of the messages; only the last may be incomplete', () => {
    const text = parts.join('\r\r');
    const whole = parseTaskInfo(text);
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        const cut = parseTaskInfo(text.slice(0, length));
        assert.deepEqual(cut.slice(0, -1), whole.slice(0, Math.max(cut.length - 1, 0)));
      }),
    );
  });

  it('loses no word of any text', () => {
    const words = (text: string) => text.split(/\s+/).filter(Boolean).join(' ');
    const word = fc.oneof(fc.constantFrom(...parts, '100 percent processed.', '[x]'), fc.lorem());
    fc.assert(
      fc.property(fc.array(word), fc.constantFrom(' ', '\r', '\n\n'), (pieces, separator) => {
        const read = parseTaskInfo(pieces.join(separator));
        const stamps = /\[\d{4}-\d\d-\d\d [\d:.]{12}\]/g;
        assert.equal(
          read.map(({ text }) => text).join(' '),
          words(pieces.join(' ').replace(stamps, ' ')),
        );
      }),
    );
  });

  it('reads long texts without slowing down out of proportion', () => {
    const long = 'x'.repeat(2_000_000);
    assert.equal(parseTaskInfo(long).length, 1);
    assert.equal(parseTaskInfo(`[2025-03-02 10:00:03.117] ${long}: Completed`).length, 1);
  });
});

describe('captured traces', { skip: skipWithoutShared }, () => {
  const folder = path.join(sharedFolder ?? '', 'reference', 'traces');
  const eightFiles = 'started, file-plan, text 4, failure-frame, clean-up 17';
  const shapes: Readonly<Record<string, string>> = {
    '01': 'started, file-progress, engine-progress 2, text, engine-done, file-done, completed',
    '02': 'failure-frame, text',
    '03': 'started, text, failure-frame, clean-up, text',
    '04': 'failure-frame, text',
    '05':
      'started, engine-progress, file-progress, engine-progress, file-progress, failure-frame, ' +
      'clean-up 2, text 3',
    '06': eightFiles,
    '07': eightFiles,
    '08': 'started, engine-progress 4',
    '10': 'failure-frame, text',
    '11': 'failure-frame, text',
    '12': 'text',
    '20':
      'started, file-plan, file-progress 3, engine-progress, file-progress, engine-progress 2, ' +
      'text 2, engine-done, file-done 3, completed',
    '21':
      'started, file-plan, engine-progress, file-progress 2, engine-progress, engine-done, ' +
      'file-done 2, completed',
    '22': 'started, failure-frame, text, clean-up',
    '23': 'started, text 2, failure-frame, clean-up 2',
    '24': 'started, text 2, failure-frame, clean-up 2',
    '25': 'started, text 2, failure-frame, clean-up 2',
    '26': 'started, failure-frame, text, clean-up',
    '27': 'started, text 2, failure-frame, clean-up 2',
    '28': 'started, failure-frame, text, clean-up',
  };
  const names = sharedFolder === undefined ? [] : readdirSync(folder);
  const load = (name: string) =>
    readFileSync(path.join(folder, name), 'utf8').replace(/^(# .*\n)+/, '');

  for (const name of names) {
    const expected = shapes[name.slice(0, 2)];
    // Traces 09 and 13 are rows of rds_task_status, not task_info alone.
    if (expected === undefined) continue;
    it(name, () => {
      assert.equal(shape(load(name)), expected);
    });
  }

  it('knows every trace', () => {
    const rows = names.filter((name) => name.includes('task-status-row'));
    assert.equal(names.length - rows.length, Object.keys(shapes).length);
  });

  it('the task_info of the captured row, CR printed as ^M, is read like the original', () => {
    const row = names.find((name) => name.startsWith('09'));
    const lines = load(row ?? '').split('\n');
    assert.equal(shape(lines[6] ?? ''), 'started, engine-progress 4');
  });

  it('the re-flowed trace says the same as the original on one line', () => {
    const [six = '', seven = ''] = names.filter((name) => /^0[67]/.test(name));
    assert.deepEqual(parseTaskInfo(load(six)), parseTaskInfo(load(seven)));
  });
});
