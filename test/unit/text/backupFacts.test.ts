import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspectFile } from '../../../src/core/inspection/inspectFile.js';
import { fileFacts, fileHeadings, fileRows, setFacts } from '../../../src/core/text/backupFacts.js';
import { fixture } from '../../support/paths.js';

const sample = fixture('backups', 'mssql2016-full-compressed-northwind.bak');

describe('the facts of a backup', () => {
  it('name what the file says, in the order of interest, and leave out what it does not say', async () => {
    const { header } = await inspectFile(sample);
    assert.ok(header);
    assert.deepEqual(fileFacts(header).slice(0, 3), [
      ['Format', 'SQL Server backup (MSSQLBAK), compressed'],
      ['Size', '1.07 MiB (1,125,376 bytes)'],
      ['Complete', 'yes'],
    ]);
    const [set] = header.sets;
    assert.ok(set);
    const facts = new Map(setFacts(set));
    assert.equal(facts.get('Database'), 'NORTHWIND');
    assert.equal(facts.get('Type'), 'Full');
    assert.equal(facts.get('Started'), '2021-10-14 08:10:22-06:00');
    assert.equal(facts.get('Last LSN'), '76000000048800001');
    assert.match(facts.get('Server') ?? '', /SQL Server 2016 \(13\.0\.5026\)$/);
    assert.ok(!facts.has('Description'));
    assert.ok([...facts.values()].every((value) => value !== ''));
    const rows = fileRows(set);
    assert.ok(rows.every((row) => row.length === fileHeadings.length));
    assert.deepEqual(
      rows.map(([kind]) => kind),
      ['data', 'log'],
    );
  });
});
