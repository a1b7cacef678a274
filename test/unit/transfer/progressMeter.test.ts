import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TransferProgress } from '../../../src/core/transfer/progress.js';
import { ProgressMeter } from '../../../src/core/transfer/progressMeter.js';

/** A meter over a clock that stands still until it is set. */
function metered(totalBytes: number) {
  const events: TransferProgress[] = [];
  const clock = { ms: 1_000_000 };
  const meter = new ProgressMeter(
    totalBytes,
    (event) => events.push(event),
    () => clock.ms,
  );
  return { meter, clock, events };
}

describe('progress', () => {
  it('tells rate and time left over the last seconds', () => {
    const { meter, clock, events } = metered(100_000);
    for (let second = 1; second <= 10; second++) {
      clock.ms += 1000;
      meter.set(second * 1000);
    }
    assert.equal(events.at(-1)?.bytesPerSecond, 1000);
    assert.equal(events.at(-1)?.secondsLeft, 90);
    // Ten times as fast from here on: the slow beginning is forgotten.
    for (let second = 1; second <= 9; second++) {
      clock.ms += 1000;
      meter.set(10_000 + second * 10_000);
    }
    assert.equal(events.at(-1)?.bytesPerSecond, 10_000);
  });

  it('does not know the rate at once', () => {
    const { meter, events } = metered(1000);
    meter.set(10);
    assert.deepEqual(events, [
      { doneBytes: 10, totalBytes: 1000, bytesPerSecond: 0, secondsLeft: undefined },
    ]);
  });

  it('speaks a few times a second, however often it is told', () => {
    const { meter, clock, events } = metered(1_000_000);
    for (let ms = 0; ms < 10_000; ms++) {
      clock.ms += 1;
      meter.set(ms);
    }
    assert.ok(events.length >= 40 && events.length <= 51, `${events.length} events`);
  });

  it('ends with everything done', () => {
    const { meter, clock, events } = metered(1000);
    clock.ms += 1;
    meter.set(10);
    meter.finish();
    assert.equal(events.at(-1)?.doneBytes, 1000);
    assert.equal(events.at(-1)?.secondsLeft, 0);
  });

  it('never falls and never exceeds the total', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 3000 })), (counts) => {
        const { meter, clock, events } = metered(1000);
        for (const count of counts) {
          clock.ms += 250;
          meter.set(count);
        }
        meter.finish();
        let last = 0;
        for (const { doneBytes, bytesPerSecond, secondsLeft } of events) {
          assert.ok(doneBytes >= last && doneBytes <= 1000);
          assert.ok(bytesPerSecond >= 0);
          assert.ok(secondsLeft === undefined || secondsLeft >= 0);
          last = doneBytes;
        }
      }),
    );
  });
});
