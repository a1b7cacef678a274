import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancelledError, EngineError } from '../../../src/core/errors.js';
import { isTransient, retry, StalledError } from '../../../src/core/transfer/retry.js';

const policy = { attempts: 4, baseMs: 1, maxMs: 2 };

const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name }, more);
const answered = (httpStatusCode: number, name = 'Unknown') =>
  named(name, { $metadata: { httpStatusCode } });

describe('retry', () => {
  it('goes on until it succeeds', async () => {
    let tries = 0;
    const result = await retry(
      () => (++tries < 4 ? Promise.reject(answered(503)) : Promise.resolve('done')),
      { policy },
    );
    assert.deepEqual([result, tries], ['done', 4]);
  });

  it('gives up with the last failure', async () => {
    let tries = 0;
    const attempt = () => Promise.reject(answered(500, `failure ${++tries}`));
    await assert.rejects(retry(attempt, { policy }), { name: 'failure 4' });
  });

  it('does not repeat what will not change', async () => {
    let tries = 0;
    const attempt = () => {
      tries++;
      return Promise.reject(answered(403, 'AccessDenied'));
    };
    await assert.rejects(retry(attempt, { policy }), { name: 'AccessDenied' });
    assert.equal(tries, 1);
  });

  it('waits longer each time, and never longer than it may', async (t) => {
    t.mock.method(Math, 'random', () => 1);
    const waits: number[] = [];
    let since = performance.now();
    const attempt = () => {
      waits.push(performance.now() - since);
      since = performance.now();
      return Promise.reject(answered(500));
    };
    await assert.rejects(retry(attempt, { policy: { attempts: 5, baseMs: 20, maxMs: 80 } }));
    // Timers are never early (but for their rounding), however busy the machine is.
    [0, 20, 40, 80, 80].forEach((least, index) => {
      assert.ok((waits[index] ?? 0) >= least - 2, `wait ${index}: ${waits[index] ?? 0} ms`);
    });
  });

  it('stops waiting when cancelled', async () => {
    const controller = new AbortController();
    const attempt = () => {
      setTimeout(() => {
        controller.abort();
      }, 5);
      return Promise.reject(answered(500));
    };
    const slow = { attempts: 2, baseMs: 3_600_000, maxMs: 3_600_000 };
    await assert.rejects(
      retry(attempt, { policy: slow, signal: controller.signal }),
      CancelledError,
    );
  });
});

describe('what is worth another try', () => {
  it('is what the network and a busy service do', () => {
    for (const error of [
      answered(500),
      answered(503, 'SlowDown'),
      answered(429),
      answered(400, 'RequestTimeout'),
      answered(400, 'BadDigest'),
      named('TimeoutError'),
      named('Error', { code: 'ECONNRESET' }),
      named('Error', { code: 'EPIPE' }),
      new StalledError(),
    ]) {
      assert.ok(isTransient(error), String(error));
    }
  });

  it('is not what the caller did, or wants', () => {
    for (const error of [
      answered(400, 'EntityTooSmall'),
      answered(403, 'AccessDenied'),
      answered(404, 'NoSuchUpload'),
      answered(412, 'PreconditionFailed'),
      named('AbortError'),
      named('Error', { code: 'ENOSPC' }),
      new EngineError('transfer/file-changed', 'It changed.'),
      'text',
    ]) {
      assert.ok(!isTransient(error), String(error));
    }
  });
});
