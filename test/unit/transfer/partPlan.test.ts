import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EngineError } from '../../../src/core/errors.js';
import {
  maxPlaintextBytes,
  mebibyte,
  partOf,
  type PartPlan,
  planParts,
} from '../../../src/core/transfer/partPlan.js';

const parts = (plan: PartPlan) =>
  Array.from({ length: plan.partCount }, (_, index) => partOf(plan, index + 1));

/** Sizes over the whole range, dense where parts and blocks end. */
const anySize = fc.oneof(
  fc.integer({ min: 0, max: maxPlaintextBytes }),
  fc.integer({ min: 0, max: 64 * mebibyte }),
  fc
    .tuple(
      fc.integer({ min: 0, max: maxPlaintextBytes / mebibyte }),
      fc.integer({ min: -17, max: 17 }),
    )
    .map(([whole, more]) => Math.min(maxPlaintextBytes, Math.max(0, whole * mebibyte + more))),
);
const anyPartSize = fc.option(fc.integer({ min: 5 * mebibyte, max: 5 * 1024 * mebibyte }), {
  nil: undefined,
});
const anyBudget = fc.option(fc.integer({ min: 0, max: 1024 * mebibyte }), { nil: undefined });

describe('part plan', () => {
  it('keeps the limits of S3 and of the cipher, whatever the size', () => {
    fc.assert(
      fc.property(anySize, anyPartSize, anyBudget, (size, partSize, memoryBudget) => {
        const plan = planParts(size, { partSize, memoryBudget });
        assert.ok(plan.partCount >= 1 && plan.partCount <= 10_000);
        assert.equal(plan.partBytes % mebibyte, 0);
        assert.ok(plan.partBytes >= 5 * mebibyte && plan.partBytes <= 5 * 1024 * mebibyte);
        assert.ok(plan.partBytes >= (partSize ?? 0));
        assert.equal(plan.ciphertextBytes, size + 16 - (size % 16));
        assert.ok(plan.concurrency >= 1 && plan.concurrency <= plan.partCount);
        assert.equal(
          plan.strategy === 'single',
          plan.partCount === 1 && plan.strategy !== 'streamed',
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it('covers the file once, without a gap, and pads only at the end', () => {
    fc.assert(
      fc.property(anySize, anyPartSize, (size, partSize) => {
        const plan = planParts(size, { partSize });
        let offset = 0;
        let ciphertext = 0;
        for (const part of parts(plan)) {
          assert.equal(part.offset, offset);
          assert.equal(part.offset % 16, 0);
          assert.equal(part.last, part.number === plan.partCount);
          if (!part.last) {
            assert.equal(part.plaintextBytes, part.ciphertextBytes);
            assert.equal(part.ciphertextBytes, plan.partBytes);
          }
          assert.ok(part.ciphertextBytes > 0 && part.ciphertextBytes <= plan.partBytes);
          assert.ok(part.plaintextBytes >= 0);
          offset += part.plaintextBytes;
          ciphertext += part.ciphertextBytes;
        }
        assert.equal(offset, size);
        assert.equal(ciphertext, plan.ciphertextBytes);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the memory budget, down to one streamed part', () => {
    fc.assert(
      fc.property(anySize, anyPartSize, anyBudget, (size, partSize, memoryBudget) => {
        const plan = planParts(size, { partSize, memoryBudget });
        const floor = 8 * mebibyte;
        assert.ok(plan.memoryBytes <= Math.max(memoryBudget ?? 128 * mebibyte, floor));
        if (plan.strategy === 'buffered') {
          // One more buffer than parts in flight: the one being filled.
          assert.ok(
            plan.memoryBytes >= Math.min(plan.concurrency + 1, plan.partCount) * plan.partBytes,
          );
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('never makes parts larger than the number of parts asks for', () => {
    fc.assert(
      fc.property(anySize, (size) => {
        const plan = planParts(size);
        if (plan.partBytes > 8 * mebibyte) {
          assert.ok(Math.ceil(plan.ciphertextBytes / (plan.partBytes - mebibyte)) > 10_000);
        }
      }),
    );
  });

  it('plans a file of 5 TB in some megabytes of memory', () => {
    const plan = planParts(maxPlaintextBytes);
    assert.equal(plan.partBytes, 525 * mebibyte);
    assert.equal(plan.strategy, 'streamed');
    assert.ok(plan.concurrency > 1);
    assert.ok(plan.memoryBytes <= 128 * mebibyte);
  });

  it('sends a small file in one piece, and a large one in buffered parts', () => {
    assert.equal(planParts(8 * mebibyte - 1).strategy, 'single');
    // The padding does not fit into the first part.
    const two = planParts(8 * mebibyte);
    assert.equal(two.partCount, 2);
    assert.deepEqual(partOf(two, 2), {
      number: 2,
      offset: 8 * mebibyte,
      last: true,
      plaintextBytes: 0,
      ciphertextBytes: 16,
    });
    const large = planParts(50 * 1024 * mebibyte);
    assert.deepEqual([large.strategy, large.concurrency], ['buffered', 8]);
  });

  it('says what it cannot plan', () => {
    const code = (name: string) => (error: unknown) =>
      error instanceof EngineError && error.code === name;
    assert.throws(() => planParts(maxPlaintextBytes + 1), code('transfer/too-large'));
    assert.throws(() => planParts(-1), code('transfer/too-large'));
    assert.throws(() => planParts(Number.NaN), code('transfer/too-large'));
    for (const partSize of [0, 5 * mebibyte - 1, 5 * 1024 * mebibyte + 1, Number.NaN]) {
      assert.throws(() => planParts(1, { partSize }), code('transfer/part-size'));
    }
  });
});
