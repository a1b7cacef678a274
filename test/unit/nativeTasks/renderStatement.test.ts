import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { renderStatement } from '../../../src/core/nativeTasks/renderStatement.js';
import { restoreDatabase, taskStatus } from '../../../src/core/nativeTasks/statements.js';
import { databasesQuery } from '../../../src/core/sql/queries.js';
import { execArguments, tokens } from './sqlText.js';

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "'",
      '"',
      '\\',
      '\n',
      '\r\n',
      ';',
      '--',
      '/*',
      ']',
      '$(x)',
      '\0',
      'N',
      '’',
      '\u2028',
    ),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
  ),
  maxLength: 40,
});

describe('rendering a statement as T-SQL', () => {
  it('writes a procedure with named arguments', () => {
    const text = renderStatement(
      restoreDatabase({
        databaseName: "O'Brien",
        s3Arn: 'arn:aws:s3:::backups/sales.bak',
        withNorecovery: false,
        type: 'FULL',
        blockSize: 65536,
      }),
    );
    assert.equal(
      text,
      [
        'EXEC msdb.dbo.rds_restore_database',
        "    @restore_db_name = N'O''Brien',",
        "    @s3_arn_to_restore_from = N'arn:aws:s3:::backups/sales.bak',",
        '    @with_norecovery = 0,',
        "    @type = N'FULL',",
        '    @block_size = 65536;',
      ].join('\n'),
    );
  });

  it('writes a procedure without arguments and a query as they are', () => {
    assert.equal(renderStatement(taskStatus()), 'EXEC msdb.dbo.rds_task_status;');
    assert.equal(
      renderStatement(databasesQuery),
      'SELECT name, state_desc, recovery_model_desc, create_date FROM sys.databases ORDER BY name;',
    );
  });

  it('writes a query with parameters as sp_executesql', () => {
    const text = renderStatement({
      kind: 'query',
      text: "SELECT 'x' WHERE @a = @b",
      parameters: [
        { name: 'a', type: 'nvarchar', value: "it's" },
        { name: 'b', type: 'int', value: null },
      ],
    });
    assert.equal(
      text,
      [
        "EXEC sp_executesql N'SELECT ''x'' WHERE @a = @b',",
        "    N'@a nvarchar(max), @b int',",
        "    @a = N'it''s',",
        '    @b = NULL;',
      ].join('\n'),
    );
  });

  it('is read back by Transact-SQL as the very same values, whatever they contain', () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 4 }), (values) => {
        const text = renderStatement({
          kind: 'procedure',
          procedure: 'msdb.dbo.rds_restore_database',
          parameters: values.map((value, index) => ({
            name: `p${index}`,
            type: 'nvarchar',
            value,
          })),
        });
        const read = execArguments(text);
        assert.deepEqual([...read.values()], values);
      }),
      { numRuns: 2000 },
    );
  });

  it('never lets a value start a line of its own, where GO would split the batch', () => {
    const text = renderStatement({
      kind: 'procedure',
      procedure: 'p',
      parameters: [{ name: 'a', type: 'nvarchar', value: 'x\nGO\nDROP DATABASE y' }],
    });
    assert.ok(!text.split('\n').includes('GO'));
    assert.ok(tokens(text).every((token) => token.value !== 'DROP'));
  });
});
