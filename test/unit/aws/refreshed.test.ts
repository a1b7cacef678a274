import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refreshed } from '../../../src/core/aws/credentials.js';

const minute = 60_000;

/** Credentials numbered by the read they come from, on a clock that the test moves. */
function source(lifetimeMs?: number) {
  const state = { now: 1_000_000, reads: 0, failing: false };
  const credentials = refreshed(
    () => {
      state.reads += 1;
      if (state.failing) return Promise.reject(new Error('no'));
      return Promise.resolve({
        accessKeyId: `key ${state.reads}`,
        secretAccessKey: 's',
        ...(lifetimeMs !== undefined && { expiration: new Date(state.now + lifetimeMs) }),
      });
    },
    () => state.now,
  );
  return { state, key: async () => (await credentials()).accessKeyId, credentials };
}

describe('refreshing credentials', () => {
  it('keeps them until five minutes before they expire', async () => {
    const { state, key } = source(60 * minute);
    assert.equal(await key(), 'key 1');
    state.now += 54 * minute;
    assert.equal(await key(), 'key 1');
    state.now += 2 * minute;
    assert.equal(await key(), 'key 2');
  });

  it('reads those that do not say when they expire every ten minutes', async () => {
    const { state, key } = source();
    assert.equal(await key(), 'key 1');
    state.now += 9 * minute;
    assert.equal(await key(), 'key 1');
    state.now += 2 * minute;
    assert.equal(await key(), 'key 2');
  });

  it('reads once for all who ask at the same time', async () => {
    const { state, key } = source(60 * minute);
    assert.deepEqual(await Promise.all([key(), key(), key()]), ['key 1', 'key 1', 'key 1']);
    assert.equal(state.reads, 1);
  });

  it('keeps what still works when a refresh fails, and fails once it does not', async () => {
    const { state, key } = source(60 * minute);
    await key();
    state.failing = true;
    state.now += 57 * minute;
    assert.equal(await key(), 'key 1');
    state.now += 3 * minute;
    await assert.rejects(key(), /no/);
    state.failing = false;
    assert.match(await key(), /^key \d$/);
  });

  it('reads at once when told to', async () => {
    const { key, credentials } = source(60 * minute);
    await key();
    assert.equal((await credentials({ forceRefresh: true })).accessKeyId, 'key 2');
  });
});
