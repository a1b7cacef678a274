import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancelledError } from '../../../src/core/errors.js';
import { GoBack, runSteps, type StepInput, type StepPlace } from '../../../src/ui/input/steps.js';

/** Answers questions from a script, and notes where each was asked. */
class ScriptedUser {
  readonly asked: string[] = [];
  readonly #answers: (string | Error)[];

  constructor(...answers: (string | Error)[]) {
    this.#answers = answers;
  }

  readonly inputAt = ({ step, totalSteps, canGoBack }: StepPlace): StepInput => ({
    text: ({ prompt }) => {
      this.asked.push(`${prompt} ${step}/${totalSteps}${canGoBack ? ' back' : ''}`);
      const answer = this.#answers.shift();
      if (answer === undefined) throw new Error('The script has no further answer.');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    pick: () => Promise.reject(new Error('Nothing to pick.')),
  });
}

interface Answers {
  instance: string;
  encrypted: string;
  key: string;
  name: string;
}

const question = (name: keyof Answers) => ({
  ask: async (input: StepInput, state: Answers) => {
    state[name] = await input.text({ prompt: name });
  },
});
const steps = [
  question('instance'),
  question('encrypted'),
  { ...question('key'), when: ({ encrypted }: Answers) => encrypted === 'yes' },
  question('name'),
];
const nothing = (): Answers => ({ instance: '', encrypted: '', key: '', name: '' });

describe('multi-step input', () => {
  it('asks in order and counts the steps that apply', async () => {
    const user = new ScriptedUser('prod', 'yes', 'arn', 'Northwind');
    const answers = await runSteps('Restore', nothing(), steps, user.inputAt);
    assert.deepEqual(answers, {
      instance: 'prod',
      encrypted: 'yes',
      key: 'arn',
      name: 'Northwind',
    });
    assert.deepEqual(user.asked, [
      'instance 1/3',
      'encrypted 2/3 back',
      'key 3/4 back',
      'name 4/4 back',
    ]);
  });

  it('leaves out a step that does not apply', async () => {
    const user = new ScriptedUser('prod', 'no', 'Northwind');
    await runSteps('Restore', nothing(), steps, user.inputAt);
    assert.deepEqual(user.asked, ['instance 1/3', 'encrypted 2/3 back', 'name 3/3 back']);
  });

  it('goes back over a step that was left out, and on with other answers', async () => {
    const user = new ScriptedUser('prod', 'no', new GoBack(), 'yes', 'arn', 'Northwind');
    const answers = await runSteps('Restore', nothing(), steps, user.inputAt);
    assert.equal(answers.key, 'arn');
    assert.deepEqual(
      user.asked.map((line) => line.split(' ')[0]),
      ['instance', 'encrypted', 'name', 'encrypted', 'key', 'name'],
    );
  });

  it('goes back to the very first question and counts it as the first again', async () => {
    const user = new ScriptedUser('prod', new GoBack(), 'test', 'no', 'Northwind');
    const answers = await runSteps('Restore', nothing(), steps, user.inputAt);
    assert.equal(answers.instance, 'test');
    assert.equal(user.asked[2], 'instance 1/3');
  });

  it('ends with what a question throws: cancellation and failures alike', async () => {
    const cancelled = new ScriptedUser('prod', new CancelledError());
    await assert.rejects(
      runSteps('Restore', nothing(), steps, cancelled.inputAt),
      (error) => error instanceof CancelledError,
    );
    const failed = new ScriptedUser('prod', new Error('denied'));
    await assert.rejects(runSteps('Restore', nothing(), steps, failed.inputAt), /denied/);
  });
});
