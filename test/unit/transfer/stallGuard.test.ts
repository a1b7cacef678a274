import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { StalledError } from '../../../src/core/transfer/retry.js';
import { StallGuard } from '../../../src/core/transfer/stallGuard.js';

/** A request that ends only when its signal is aborted. */
const endless = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(new Error('aborted'));
    });
  });

describe('the guard of a request', () => {
  it('ends it when nothing moves', async () => {
    using guard = new StallGuard(undefined, 5);
    await assert.rejects(
      guard.run(({ abortSignal }) => endless(abortSignal)),
      StalledError,
    );
  });

  it('stands still while somebody signs in, and goes on after that', async () => {
    using guard = new StallGuard(undefined, 20);
    await guard.run(async ({ abortSignal, clock }) => {
      clock?.pause();
      await sleep(100);
      guard.touch();
      await sleep(100);
      assert.equal(abortSignal?.aborted, false);
      const aborted = once(abortSignal, 'abort');
      clock?.resume();
      await aborted;
    });
    assert.ok(guard.signal.reason instanceof StalledError);
  });

  it('follows its parent, while the clock stands still too', async () => {
    const controller = new AbortController();
    using guard = new StallGuard(controller.signal, 60_000);
    const request = guard.run(({ abortSignal, clock }) => {
      clock?.pause();
      return endless(abortSignal);
    });
    controller.abort(new Error('the user'));
    await assert.rejects(request, /the user/);
  });
});
