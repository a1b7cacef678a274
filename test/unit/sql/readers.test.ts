import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Row, StatementRunner } from '../../../src/core/nativeTasks/statement.js';
import { isSystemDatabase, listDatabases } from '../../../src/core/sql/databases.js';
import { readInstanceFacts } from '../../../src/core/sql/instanceFacts.js';
import { orCancelled } from '../../../src/core/orCancelled.js';
import { CancelledError } from '../../../src/core/errors.js';

const answering = (...rows: Row[]): StatementRunner => ({
  run: () => Promise.resolve({ recordsets: [rows], messages: [] }),
});

describe('instance facts', () => {
  it('are read by name; what the engine does not say is undefined', async () => {
    const runner = answering({
      product_version: '15.0.4415.2',
      edition: 'Standard',
      collation: null,
    });
    assert.deepEqual(await readInstanceFacts(runner), {
      productVersion: '15.0.4415.2',
      productLevel: undefined,
      edition: 'Standard',
      collation: undefined,
      serverName: undefined,
    });
  });
});

describe('databases', () => {
  it('are read with state, recovery model and date', async () => {
    const create_date = new Date('2025-03-02T10:00:00Z');
    const row = {
      name: 'Sales',
      state_desc: 'RESTORING',
      recovery_model_desc: 'FULL',
      create_date,
    };
    assert.deepEqual(await listDatabases(answering(row)), [
      { name: 'Sales', state: 'RESTORING', recoveryModel: 'FULL', createdAt: create_date },
    ]);
  });

  it('of the system are told apart', () => {
    assert.ok(isSystemDatabase('MASTER') && isSystemDatabase('rdsadmin'));
    assert.ok(!isSystemDatabase('Sales'));
  });
});

describe('waiting unless cancelled', () => {
  it('passes results and failures on and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const failure = new Error('x');
    assert.equal(await orCancelled(Promise.resolve(5), signal), 5);
    await assert.rejects(orCancelled(Promise.reject(failure), signal), failure);
    assert.equal(await orCancelled(Promise.resolve(5), undefined), 5);
  });

  it('gives up at once, discards what comes late and swallows a late failure', async () => {
    const controller = new AbortController();
    const discarded: number[] = [];
    let late: ((value: number) => void) | undefined;
    let fail: ((error: Error) => void) | undefined;
    const waits = [
      orCancelled(new Promise<number>((resolve) => (late = resolve)), controller.signal, (value) =>
        discarded.push(value),
      ),
      orCancelled(new Promise<number>((_, reject) => (fail = reject)), controller.signal),
    ];
    controller.abort();
    for (const wait of waits) await assert.rejects(wait, CancelledError);
    late?.(7);
    fail?.(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(discarded, [7]);
  });

  it('does not wait for a signal that had been aborted before', async () => {
    const never = new Promise(() => undefined);
    await assert.rejects(orCancelled(never, AbortSignal.abort()), CancelledError);
  });
});
