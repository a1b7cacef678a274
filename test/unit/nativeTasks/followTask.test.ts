import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  followTask,
  type FollowState,
  nothingSeen,
} from '../../../src/core/nativeTasks/followTask.js';
import { parseTaskInfo } from '../../../src/core/nativeTasks/taskInfo.js';
import type { TaskRow } from '../../../src/core/nativeTasks/taskRow.js';
import { stamped, taskRow } from './tasks.js';

/** What is told while the server shows these rows one after the other, one line per event. */
function told(...rows: Partial<TaskRow>[]): string[][] {
  let state: FollowState = nothingSeen;
  return rows.map((change) => {
    const step = followTask(state, taskRow(change));
    state = step.state;
    return step.events.map((event) => {
      switch (event.kind) {
        case 'state':
          return `state ${event.lifecycle}`;
        case 'percent':
          return `${event.percent} %`;
        case 'message':
          return event.message.text;
        case 'done':
          return `done ${event.outcome}`;
        default:
          return event.kind;
      }
    });
  });
}

const started = 'Task execution has started.';
const info = (...messages: string[]) => ({ taskInfo: stamped(...messages) });

describe('following a task', () => {
  it('tells only what is new', () => {
    assert.deepEqual(
      told(
        { lifecycle: 'CREATED' },
        { lifecycle: 'CREATED' },
        { ...info(started), percentComplete: 0 },
        { ...info(started, '5 percent processed.'), percentComplete: 5 },
        { ...info(started, '5 percent processed.'), percentComplete: 5 },
        {
          ...info(started, '5 percent processed.', 'Command execution completed successfully.'),
          percentComplete: 100,
          lifecycle: 'SUCCESS',
        },
      ),
      [
        ['state CREATED', '0 %'],
        [],
        ['state IN_PROGRESS', started],
        ['5 percent processed.', '5 %'],
        [],
        ['state SUCCESS', 'Command execution completed successfully.', '100 %', 'done SUCCESS'],
      ],
    );
  });

  for (const lifecycle of ['SUCCESS', 'ERROR', 'CANCELLED']) {
    it(`ends with ${lifecycle}`, () => {
      assert.deepEqual(told({ lifecycle })[0]?.at(-1), `done ${lifecycle}`);
    });
  }

  it('goes on while a cancel is only requested', () => {
    assert.deepEqual(told({ lifecycle: 'CANCEL_REQUESTED' }), [['state CANCEL_REQUESTED', '0 %']]);
  });

  it('waits with a last message that may have been cut off, until it stands or the text rests', () => {
    assert.deepEqual(
      told(
        info(started, 'Access'),
        info(started, 'Access Denied'),
        info(started, 'Access Denied'),
        info(started, 'Access Denied', 'Task has been abo'),
        { ...info(started, 'Access Denied', 'Task has been aborted'), lifecycle: 'ERROR' },
      ).map((step) => step.filter((line) => !/state|%|done/.test(line))),
      [[started], [], ['Access Denied'], [], ['Task has been aborted']],
    );
  });

  it('tells the whole message when one that seemed to rest was cut off', () => {
    const cut = info(started, 'The backup set holds');
    assert.deepEqual(
      told(cut, cut, info(started, 'The backup set holds a backup.', '9 percent processed.'))
        .slice(1)
        .map((step) => step.filter((line) => !/state|%/.test(line))),
      [['The backup set holds'], ['The backup set holds a backup.', '9 percent processed.']],
    );
  });

  it('repeats nothing when the text is cut off for a while', () => {
    const messages = [started, 'One.', 'Two.', '5 percent processed.'];
    const steps = told(
      info(...messages),
      { taskInfo: stamped(...messages).slice(0, 70) },
      { taskInfo: stamped(...messages).slice(0, 70) },
      info(...messages, '10 percent processed.'),
    );
    assert.deepEqual(
      steps.map((step) => step.filter((line) => !/state|%/.test(line))),
      [messages, [], [], ['10 percent processed.']],
    );
  });

  it('tells the new end when the start of the text has been dropped', () => {
    const all = stamped(started, '5 percent processed.', '10 percent processed.');
    const tail = `${all.slice(all.indexOf('[', 1))}\r\r[2025-03-02 10:00:09.000] 15 percent processed.`;
    assert.deepEqual(told({ taskInfo: all }, { taskInfo: tail })[1], [
      '15 percent processed.',
      '15 %',
    ]);
  });

  it('tells everything of a text that replaced the old one', () => {
    const other = '[2025-03-03 00:00:00.000] Task execution has started.';
    assert.deepEqual(told(info(started), { taskInfo: other })[1], [started]);
  });

  it("takes the engine's own percentage when the column lags", () => {
    assert.deepEqual(
      told({ ...info('35 percent processed.'), percentComplete: 30 })[0]?.at(-1),
      '35 %',
    );
    assert.deepEqual(
      told({ ...info('35 percent processed.'), percentComplete: 40 })[0]?.at(-1),
      '40 %',
    );
  });

  it('tells every message exactly once, wherever the polls cut the growing text', () => {
    const message = fc.constantFrom(
      started,
      '5 percent processed.',
      'a/b c.bak: Completed processing 12.5% of S3 chunks.',
      'RESTORE_DB task will initiate a multi-file task with 2 file(s). The files are: a.bak, b.c.bak.',
      'Access Denied',
      'First message.  Second message, longer.',
      'a.bak: S3 processing completed successfully',
      'Aborted the task because of a task failure or a concurrent RESTORE_DB request.',
    );
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        (messages, cuts) => {
          const text = stamped(...messages);
          const lengths = cuts.map((cut) => Math.round(cut * text.length)).sort((a, b) => a - b);
          let state: FollowState = nothingSeen;
          const seen: string[] = [];
          // No two polls in a row see the same text, so nothing seems to rest.
          const polls = [...new Set(lengths)].map((length) =>
            taskRow({ taskInfo: text.slice(0, length) }),
          );
          for (const row of [...polls, taskRow({ taskInfo: text, lifecycle: 'ERROR' })]) {
            const step = followTask(state, row);
            state = step.state;
            seen.push(
              ...step.events.flatMap((event) =>
                event.kind === 'message' ? [event.message.text] : [],
              ),
            );
          }
          assert.deepEqual(
            seen,
            parseTaskInfo(text).map(({ text: line }) => line),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});
