import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileSets } from '../../../../src/ui/restore/fileSets.js';

const objects = (...keys: string[]) => keys.map((key, at) => ({ key, size: at + 1 }));
const prefixes = (...keys: string[]) => fileSets(objects(...keys)).map(({ prefix }) => prefix);

describe('backups of several files', () => {
  it('are told by names that differ in one number', () => {
    const found = fileSets(objects('a/sales_1.bak', 'a/sales_2.bak', 'a/sales_10.bak', 'a/hr.bak'));
    assert.deepEqual(found, [
      {
        prefix: 'a/sales_',
        keys: ['a/sales_1.bak', 'a/sales_2.bak', 'a/sales_10.bak'],
        size: 6,
      },
    ]);
    assert.deepEqual(prefixes('x-1', 'x-2', 'y-1', 'y-2'), ['x-', 'y-']);
  });

  it('are none where RDS would take other objects too', () => {
    assert.deepEqual(prefixes('sales_1.bak', 'sales_2.bak', 'sales_notes.txt'), []);
    assert.deepEqual(prefixes('sales1.bak', 'sales2.bak', 'sales1.trn', 'sales2.trn'), []);
  });

  it('are none where there are too many, too few, or no common beginning', () => {
    const eleven = Array.from({ length: 11 }, (_, at) => `sales_${at}.bak`);
    assert.deepEqual(prefixes(...eleven), []);
    assert.deepEqual(prefixes(...eleven.slice(1)), ['sales_']);
    assert.deepEqual(prefixes('sales_1.bak'), []);
    assert.deepEqual(prefixes('a/1.bak', 'a/2.bak'), []);
    assert.deepEqual(prefixes('1.bak', '2.bak'), []);
  });
});
