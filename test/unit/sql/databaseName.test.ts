import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { databaseNameProblem, sameDatabaseName } from '../../../src/core/sql/databaseName.js';

describe('the name of a database to be', () => {
  it('is any that SQL Server takes', () => {
    for (const name of ['Sales', 'x'.repeat(128), "Ä it's [1] 売上", 'master2']) {
      assert.equal(databaseNameProblem(name, ['Other', 'master']), undefined, name);
    }
  });

  for (const [name, problem] of [
    ['', /Give the restored database a name/],
    ['  ', /Give the restored database a name/],
    ['x'.repeat(129), /129 characters; SQL Server takes 128/],
    ['a\nb', /control character/],
    ['MSDB', /system database/],
    ['rdsadmin', /system database/],
    ['resource', /system database/],
    ['SALES', /already has a database “Sales”/],
    ['sales ', /already has a database “Sales”/],
    ['ventas n', /already has a database “Ventas Ñ”/],
  ] as const) {
    it(`is not ${JSON.stringify(name.slice(0, 10))}`, () => {
      assert.match(databaseNameProblem(name, ['Sales', 'Ventas Ñ']) ?? '', problem);
    });
  }

  it('is the same whatever the case and the accents', () => {
    assert.ok(sameDatabaseName('Größe', 'GRÖSSE'));
    assert.ok(!sameDatabaseName('Sales', 'Sales2'));
  });
});
