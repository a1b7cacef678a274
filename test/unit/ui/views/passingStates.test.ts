import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { PassingStates } from '../../../../src/ui/views/instances/passingStates.js';

/** Lets what has been resolved run on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function scene(t: TestContext, look: () => Promise<void> = () => Promise.resolve()) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const state = { worthIt: true, looks: 0 };
  const passing = new PassingStates(
    () => state.worthIt,
    () => {
      state.looks++;
      return look();
    },
  );
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    await settle();
  };
  return { state, passing, pass };
}

describe('looking at states that pass', () => {
  it('looks every 30 seconds while it is worth it', async (t) => {
    const { state, passing, pass } = scene(t);
    passing.resume();
    passing.resume();
    await pass(29_999);
    assert.equal(state.looks, 0);
    await pass(1);
    await pass(30_000);
    assert.equal(state.looks, 2);
    state.worthIt = false;
    await pass(30_000);
    await pass(30_000);
    assert.equal(state.looks, 2);
  });

  it('does not begin without a reason', async (t) => {
    const { state, passing, pass } = scene(t);
    state.worthIt = false;
    passing.resume();
    state.worthIt = true;
    await pass(60_000);
    assert.equal(state.looks, 0);
  });

  it('stops after a failure until it is told to go on', async (t) => {
    const { state, passing, pass } = scene(t, () => Promise.reject(new Error('denied')));
    passing.resume();
    await pass(30_000);
    await pass(60_000);
    assert.equal(state.looks, 1);
    passing.resume();
    await pass(30_000);
    assert.equal(state.looks, 2);
  });

  it('ends when it is disposed of, also in the middle of a look', async (t) => {
    let finish = (): void => undefined;
    const { state, passing, pass } = scene(t, () => new Promise((resolve) => (finish = resolve)));
    passing.resume();
    await pass(30_000);
    passing.dispose();
    finish();
    await settle();
    await pass(60_000);
    assert.equal(state.looks, 1);
  });
});
