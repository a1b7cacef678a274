import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../../../src/core/preflight/finding.js';
import { wayOutOf } from '../../../../src/ui/restore/wayOut.js';

const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const wayOut = (remedy: Finding['remedy'], values?: Record<string, string>) =>
  wayOutOf({ id: 'x', severity: 'blocks', sentence: 'S.', wayOut: 'W.', remedy, values });

describe('the way out of a finding', () => {
  it('passes the key that is known, else asks for one', () => {
    assert.deepEqual(wayOut('pass-the-key', { keyArn }), { kind: 'pass-key', keyArn });
    assert.deepEqual(wayOut('choose-another-key', { keyArn }), { kind: 'pass-key', keyArn });
    assert.deepEqual(wayOut('pass-the-key'), { kind: 'ask-key' });
    // An envelope may name its key by an alias or id, which RDS does not take.
    assert.deepEqual(wayOut('pass-the-key', { keyArn: 'alias/x' }), { kind: 'ask-key' });
    assert.deepEqual(wayOut('drop-the-key'), { kind: 'pass-key', keyArn: undefined });
  });

  it('leads to the question whose answer is in the way', () => {
    assert.deepEqual(wayOut('choose-another-name'), { kind: 'ask-name' });
    assert.deepEqual(wayOut('choose-all-files'), { kind: 'ask-source' });
    assert.deepEqual(wayOut('choose-another-instance'), { kind: 'ask-instance' });
    assert.deepEqual(wayOut('wait-for-tasks'), { kind: 'check-again' });
    assert.deepEqual(wayOut(undefined), { kind: 'check-again' });
  });
});
