import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wrapped } from '../../../../src/ui/restore/wrapped.js';

describe('a text in lines', () => {
  it('breaks between words', () => {
    assert.deepEqual(wrapped('RDS restores only as a new database.', 16), [
      ...['RDS restores', 'only as a new', 'database.'],
    ]);
    assert.deepEqual(wrapped('fits in one', 11), ['fits in one']);
    assert.deepEqual(wrapped('', 10), []);
  });

  it('leaves a long word whole', () => {
    assert.deepEqual(wrapped('see arn:aws:s3:::backups/a.bak now', 10), [
      ...['see', 'arn:aws:s3:::backups/a.bak', 'now'],
    ]);
  });
});
