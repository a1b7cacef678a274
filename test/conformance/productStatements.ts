import type { EngineError } from '../../src/core/errors.js';
import { renderStatement } from '../../src/core/nativeTasks/renderStatement.js';
import type { Row, Statement, StatementRunner } from '../../src/core/nativeTasks/statement.js';
import { cancelTask, restoreDatabase, taskStatus } from '../../src/core/nativeTasks/statements.js';
import { databasesQuery, instanceFactsQuery } from '../../src/core/sql/queries.js';

export interface Backup {
  readonly s3Arn: string;
  readonly kmsKeyArn: string;
}

/** Statements that change nothing, of every form in which the product sends them. */
export function readingStatements(taskId: number, databaseName: string): Statement[] {
  return [
    instanceFactsQuery,
    databasesQuery,
    taskStatus(),
    taskStatus({ taskId }),
    taskStatus({ databaseName }),
    taskStatus({ taskId, databaseName }),
  ];
}

/** A restore with every parameter that the product can send; all four types are among them. */
export function fullRestore(databaseName: string, backup: Backup): Statement {
  return restoreDatabase({
    ...{ ...backup, databaseName, withNorecovery: false, keepCdc: false },
    ...{ type: 'FULL', dataFileVolume: 'D:', logFileVolume: 'D:' },
    ...{ blockSize: 65_536, maxTransferSize: 1_048_576, bufferCount: 20 },
  });
}

export interface Refusal {
  readonly statement: Statement;
  /** SQL Server's numbers; of several errors, drivers show the first or the last. */
  readonly numbers: readonly number[];
  readonly text: string;
}

const procedure = (name: string, ...parameters: Statement['parameters']): Statement => ({
  kind: 'procedure',
  procedure: `msdb.dbo.${name}`,
  parameters,
});
const query = (text: string): Statement => ({ kind: 'query', text, parameters: [] });

/** Statements that SQL Server or RDS refuses. `existing` is a database that is there. */
export function refusedStatements(existing: string, backup: Backup): Refusal[] {
  const name = { name: 'restore_db_name', type: 'nvarchar', value: 'x' } as const;
  const unknown = { name: 'colour', type: 'nvarchar', value: 'red' } as const;
  const notANumber = { name: 'task_id', type: 'nvarchar', value: 'seven' } as const;
  return [
    refusal(procedure('rds_no_such'), [2812], "stored procedure 'msdb.dbo.rds_no_such'"),
    refusal(procedure('rds_restore_database', name), [201], '@s3_arn_to_restore_from'),
    refusal(procedure('rds_task_status', unknown), [8145], '@colour is not a parameter'),
    refusal(procedure('rds_task_status', notANumber), [8114], 'Error converting data type'),
    refusal(query('EXEC msdb.dbo.rds_task_status 1, 2, 3'), [8144], 'too many arguments'),
    refusal(query('SELECT name FROM'), [102], "Incorrect syntax near 'FROM'"),
    refusal(query('SELECT 1 FROM dbo.Orders'), [208], "Invalid object name 'dbo.Orders'"),
    refusal(query('SELECT color FROM sys.databases'), [207], "Invalid column name 'color'"),
    refusal(query('SELECT @x'), [137], 'Must declare the scalar variable "@x"'),
    refusal(cancelTask(2 ** 31 - 1), [50_000], 'There is no task with Id: 2147483647'),
    refusal(restoreDatabase({ databaseName: existing, ...backup }), [50_000], 'already exists'),
    refusal(
      query("BACKUP DATABASE msdb TO DISK = N'D:\\x.bak'"),
      [262, 3013],
      'BACKUP DATABASE permission denied|BACKUP DATABASE is terminating abnormally',
    ),
    refusal(
      query("RESTORE DATABASE x FROM DISK = N'D:\\x.bak'"),
      [3110, 3013],
      'does not have permission to RESTORE database|RESTORE DATABASE is terminating abnormally',
    ),
  ];
}

const refusal = (statement: Statement, numbers: readonly number[], text: string): Refusal => ({
  statement,
  numbers,
  text,
});

/** A statement for a client in another language, and what our driver reads from it. */
export interface StatementForClient {
  readonly statement: Statement;
  /** As text for people. */
  readonly rendered: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Runs a statement by our driver. */
export async function forClient(
  runner: StatementRunner,
  statement: Statement,
): Promise<StatementForClient> {
  const { recordsets } = await runner.run(statement);
  const [rows = []] = recordsets;
  return {
    ...{ statement, rendered: renderStatement(statement), columns: Object.keys(rows[0] ?? {}) },
    rows: rows.map((row: Row) => Object.values(row).map(asJson)),
  };
}

/** Values that JSON has no type for go as an object that names it. */
const asJson = (value: unknown) =>
  value instanceof Date ? { datetime: value.toISOString().replace('Z', '') } : value;

/** Number and text of the failure that our driver ends with. */
export async function failureOf(
  runner: StatementRunner,
  statement: Statement,
): Promise<{ number: unknown; text: string }> {
  try {
    await runner.run(statement);
  } catch (error) {
    const { message, details } = error as EngineError;
    return { number: details['number'], text: message };
  }
  throw new Error(`not refused: ${renderStatement(statement)}`);
}
