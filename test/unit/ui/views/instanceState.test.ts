import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instance } from '../../../../src/core/aws/instances.js';
import type { BackupRestoreReadiness } from '../../../../src/core/aws/backupRestoreReadiness.js';
import {
  instanceState,
  isPassing,
  isServing,
} from '../../../../src/ui/views/instances/instanceState.js';

const endpoint = { host: 'sql.example.com', port: 1433 };
const ready: BackupRestoreReadiness = { state: 'ready', optionGroup: 'backup', roleArn: 'role' };
const pending: BackupRestoreReadiness = { state: 'pending', reason: 'applying' };
const missing: BackupRestoreReadiness = { state: 'missing', lacks: 'role', reason: 'no role' };

const instance = (status: string, backupRestore: BackupRestoreReadiness) =>
  ({ status, backupRestore, endpoint }) as Instance;

describe('the state of an instance', () => {
  for (const [status, backupRestore, state, passing, serving] of [
    ['available', ready, 'ready', false, true],
    ['available', pending, 'pending', true, true],
    ['available', missing, 'missing', false, true],
    ['backing-up', ready, 'ready', true, true],
    ['configuring-enhanced-monitoring', ready, 'ready', true, true],
    ['modifying', missing, 'missing', true, true],
    ['storage-optimization', ready, 'ready', true, true],
    ['creating', ready, 'pending', true, false],
    ['rebooting', ready, 'pending', true, false],
    ['stopping', ready, 'pending', true, false],
    ['stopped', ready, 'stopped', false, false],
    ['failed', ready, 'failed', false, false],
    ['incompatible-network', missing, 'failed', false, false],
    ['storage-full', ready, 'failed', false, true],
  ] as const) {
    it(`${status}, backup and restore ${backupRestore.state}: ${state}`, () => {
      const it = instance(status, backupRestore);
      assert.deepEqual(
        [instanceState(it), isPassing(it), isServing(it)],
        [state, passing, serving],
      );
    });
  }

  it('serves nobody without an endpoint', () => {
    assert.equal(isServing({ ...instance('available', ready), endpoint: undefined }), false);
  });
});
