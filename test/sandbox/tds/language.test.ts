import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import sql from 'mssql';
import { startSqlServers, type SqlServers } from '../agent/sqlServer.js';

interface SqlServerError extends Error {
  readonly number: number;
  readonly procName?: string;
  readonly lineNumber?: number;
  readonly precedingErrors?: SqlServerError[];
}

describe('the T-SQL the sandbox understands', () => {
  let servers: SqlServers;
  let pool: sql.ConnectionPool;

  before(async () => {
    servers = await startSqlServers();
    pool = await servers.connect();
  });
  after(() => servers.close());

  const rows = async (text: string): Promise<unknown[][]> => {
    const { recordset } = await pool.request().batch(text);
    return recordset.map((row) => Object.values(row as Record<string, unknown>));
  };
  const value = async (expression: string) => (await rows(`SELECT ${expression}`))[0]?.[0];
  const failure = async (text: string): Promise<SqlServerError> => {
    try {
      await pool.request().batch(text);
    } catch (error) {
      return error as SqlServerError;
    }
    return assert.fail(`${text} did not fail`);
  };

  it('evaluates expressions', async () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['1 + 2 * 3 - 4 / 2 % 3', 5],
      ['-7 / 2', -3],
      ['(1 + 2) * 3', 9],
      ["'a' + N'b'", 'ab'],
      ['1.50', 1.5],
      ['CAST(1 AS decimal(9, 2))', 1],
      ["CAST('12' AS int) + 1", 13],
      ['CAST(1.9 AS int)', 1],
      ["CONVERT(nvarchar(20), 42) + '!'", '42!'],
      ["TRY_CAST('x' AS int)", null],
      ["CASE WHEN 1 = 2 THEN 'a' WHEN NULL IS NULL THEN 'b' ELSE 'c' END", 'b'],
      ["CASE 3 WHEN 3 THEN 'three' END", 'three'],
      ["IIF('ABC' LIKE 'a_c' AND 'x' NOT IN ('y', 'z'), 1, 0)", 1],
      ["IIF('a' = 'A ' OR 1 > 2, 1, 0)", 1],
      ['IIF(5 BETWEEN 1 AND 5 AND NOT 5 BETWEEN 6 AND 7, 1, 0)', 1],
      ['ISNULL(NULL, COALESCE(NULL, 7))', 7],
      ["UPPER('grüße') + REPLICATE('x', 3) + LEFT('abc', 2) + RIGHT('abc', 1)", 'GRÜSSExxxabc'],
      ["SUBSTRING('abcdef', 2, 3) + REPLACE('aXa', 'X', '-')", 'bcda-a'],
      ["LEN('ab  ') + CHARINDEX('b', 'ab')", 4],
      ["CAST('2026-02-28 13:14:15.120' AS datetime)", new Date('2026-02-28T13:14:15.120Z')],
      ["CAST(CAST('20260228' AS date) AS nvarchar(30))", '2026-02-28'],
      [
        "CAST('0e984725-c51c-4bf4-9960-e1c80e27aba0' AS uniqueidentifier)",
        '0E984725-C51C-4BF4-9960-E1C80E27ABA0',
      ],
      ['0xCAFE', Buffer.from('cafe', 'hex')],
      ['@@TRANCOUNT', 0],
      ["DB_NAME() + CAST(DB_ID('msdb') AS nvarchar(9))", 'master4'],
      ["CAST(SERVERPROPERTY('EngineEdition') AS int)", 2],
      ["SERVERPROPERTY('Collation')", 'SQL_Latin1_General_CP1_CI_AS'],
      ["DATABASEPROPERTYEX('msdb', 'Status')", 'ONLINE'],
      ['SUSER_SNAME()', 'admin'],
      ["N'😀' + 'é'", '😀é'],
      ["'a' + NCHAR(36) + N'(' + NCHAR(10) + CHAR(128) + ISNULL(NCHAR(-1), '-')", 'a$(\n€-'],
    ];
    for (const [expression, expected] of cases) {
      assert.deepEqual(await value(expression), expected, expression);
    }
  });

  it('queries its views', async () => {
    assert.deepEqual(
      await rows('SELECT COUNT(*) AS n, MAX(database_id) AS last FROM sys.databases'),
      [[5, 5]],
    );
    assert.deepEqual(
      await rows(
        "SELECT TOP (2) d.name AS [the name], 'x' FROM master.sys.databases AS d WITH (NOLOCK) WHERE d.database_id > 1 ORDER BY 1 DESC",
      ),
      [
        ['tempdb', 'x'],
        ['rdsadmin', 'x'],
      ],
    );
    assert.deepEqual(
      await rows('SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID'),
      [['TRUE']],
    );
    assert.deepEqual(await rows('SELECT name, size FROM sys.master_files'), []);
  });

  it('keeps variables, branches and prints within a batch', async () => {
    const request = pool.request();
    const prints: string[] = [];
    request.on('info', ({ message }: { message: string }) => prints.push(message));
    const result = await request.batch(`
      -- a comment /* not nested here
      /* one /* inside */ another */
      DECLARE @a int = 1, @name nvarchar(20)
      SET @a = @a + 1
      SELECT @name = name FROM sys.databases WHERE name = 'MSDB'
      IF @a = 2 BEGIN PRINT N'two'; SELECT @a AS a END ELSE PRINT 'never'
      SELECT @name AS [name]; PRINT 'end'
    `);
    assert.deepEqual(prints, ['two', 'end']);
    assert.deepEqual(result.recordsets, [[{ a: 2 }], [{ name: 'msdb' }]]);
  });

  it('runs EXEC with literals, as pymssql writes it', async () => {
    for (const text of [
      "exec msdb.dbo.rds_task_status @db_name = N'it''s', @task_id=NULL;\n",
      "EXECUTE [msdb]..[rds_task_status] 'x', 0",
      'msdb.dbo.rds_task_status',
      'USE msdb; EXEC rds_task_status DEFAULT, @task_id = 5; USE master',
      "DECLARE @rc int, @db sysname = 'x'; EXEC @rc = msdb.dbo.rds_task_status @db; SELECT @rc AS rc",
      "EXEC sp_executesql N'SELECT @x + 1 AS y', N'@x int', @x = 4",
    ]) {
      await pool.request().batch(text);
    }
    const { recordset } = await pool
      .request()
      .batch("EXEC sp_executesql N'SELECT @x + 1 AS y', N'@x int', @x = 4");
    assert.deepEqual(recordset, [{ y: 5 }]);
  });

  it('gives its errors as SQL Server does', async () => {
    const cases: readonly (readonly [string, number, RegExp])[] = [
      ['SELECT 1; SELEKT 1', 102, /^Incorrect syntax near 'SELEKT'\.$/],
      ['SELEKT 1', 2812, /^Could not find stored procedure 'SELEKT'\.$/],
      ['SELECT 1 FROM', 102, /^Incorrect syntax near 'FROM'\.$/],
      ["SELECT 'open", 105, /^Unclosed quotation mark/],
      ['SELECT 1/0', 8134, /^Divide by zero error encountered\.$/],
      ['SELECT @nothing', 137, /^Must declare the scalar variable "@nothing"\.$/],
      ['SELECT * FROM dbo.Orders', 208, /^Invalid object name 'dbo\.Orders'\.$/],
      ['SELECT nothing FROM sys.databases', 207, /^Invalid column name 'nothing'\.$/],
      ['SELECT nothing()', 195, /^'NOTHING' is not a recognized built-in function name\.$/],
      ["SELECT CAST('x' AS int)", 245, /^Conversion failed when converting the varchar value 'x'/],
      ['SELECT 2147483647 + 1', 8115, /^Arithmetic overflow error/],
      ['EXEC nothing', 2812, /^Could not find stored procedure 'nothing'\.$/],
      ['EXEC rds_task_status', 2812, /^Could not find stored procedure 'rds_task_status'\.$/],
      ['USE nothing', 911, /^Database 'nothing' does not exist\./],
      ['COMMIT', 3902, /has no corresponding BEGIN TRANSACTION/],
      ["RAISERROR('mine', 16, 3)", 50000, /^mine$/],
      ['CREATE TABLE t (a int)', 50000, /^The sandbox does not implement CREATE\. /],
      ['SELECT 1 UNION SELECT 2', 50000, /^The sandbox does not implement UNION in a query\. /],
      ["EXEC msdb.dbo.rds_backup_tde_certificate 'x'", 50000, /does not implement rds_backup_tde/],
      [
        'EXEC msdb.dbo.rds_cancel_task',
        201,
        /^Procedure or function 'rds_cancel_task' expects parameter '@task_id', which was not supplied\.$/,
      ],
      [
        'EXEC msdb.dbo.rds_task_status @nothing = 1',
        8145,
        /^@nothing is not a parameter for procedure rds_task_status\.$/,
      ],
      [
        'EXEC msdb.dbo.rds_task_status 1, 2, 3',
        8144,
        /^Procedure or function rds_task_status has too many arguments specified\.$/,
      ],
      [
        "EXEC msdb.dbo.rds_task_status @task_id = 'x'",
        8114,
        /^Error converting data type varchar to int\.$/,
      ],
      ['EXEC msdb.dbo.rds_task_status @task_id = 1, @task_id = 2', 8143, /supplied multiple times/],
    ];
    for (const [text, number, message] of cases) {
      const error = await failure(text);
      assert.match(error.message, message, text);
      assert.equal(error.number, number, text);
    }
  });

  it('denies BACKUP and RESTORE, which RDS keeps for itself', async () => {
    const cases: readonly (readonly [string, number, string, string])[] = [
      [
        "BACKUP DATABASE msdb TO DISK = N'D:\\x.bak' WITH COMPRESSION",
        ...([262, "BACKUP DATABASE permission denied in database 'msdb'."] as const),
        'BACKUP DATABASE is terminating abnormally.',
      ],
      [
        "DECLARE @name sysname = 'none'; BACKUP LOG @name TO DISK = 'x'",
        ...([
          911,
          "Database 'none' does not exist. Make sure that the name is entered correctly.",
        ] as const),
        'BACKUP LOG is terminating abnormally.',
      ],
      [
        "RESTORE DATABASE [new one] FROM DISK = 'x' WITH MOVE 'a' TO 'b', NORECOVERY",
        ...([3110, "User does not have permission to RESTORE database 'new one'."] as const),
        'RESTORE DATABASE is terminating abnormally.',
      ],
    ];
    for (const [text, number, why, end] of cases) {
      const error = await failure(text);
      assert.deepEqual([error.number, error.message], [3013, end], text);
      const first = error.precedingErrors?.[0];
      assert.deepEqual([first?.number, first?.message], [number, why], text);
    }
    assert.equal((await failure("RESTORE FILELISTONLY FROM DISK = 'x'")).number, 50000);
  });

  it('names line and procedure, and goes on after a statement that fails', async () => {
    const error = await failure(
      "SELECT 1\nRAISERROR('first', 16, 1)\nEXEC msdb.dbo.rds_cancel_task 99",
    );
    assert.equal(error.message, 'There is no task with Id: 99.');
    assert.equal(error.procName, 'rds_cancel_task');
    assert.equal(error.precedingErrors?.[0]?.message, 'first');
    assert.equal(error.precedingErrors[0].lineNumber, 2);
  });

  it('returns the rows that came before an error', async () => {
    const request = pool.request();
    const seen: unknown[] = [];
    request.stream = true;
    request.on('row', (row: unknown) => seen.push(row));
    await assert.rejects(
      new Promise((resolve, reject) => {
        request.on('error', reject);
        request.on('done', resolve);
        void request.batch("SELECT 5 AS five; RAISERROR('late', 16, 1)");
      }),
      /late/,
    );
    assert.deepEqual(seen, [{ five: 5 }]);
  });

  it('closes the connection at severity 20', async () => {
    const own = await servers.connect();
    await assert.rejects(own.request().batch("RAISERROR('fatal', 20, 1)"), /fatal/);
    assert.deepEqual((await own.request().query('SELECT 1 AS one')).recordset, [{ one: 1 }]);
  });

  it('binds parameters of every type a client sends', async () => {
    const date = new Date('2026-02-28T13:14:15.123Z');
    const { recordset } = await pool
      .request()
      .input('text', sql.NVarChar(sql.MAX), 'é😀'.repeat(10_000))
      .input('ansi', sql.VarChar(10), 'é')
      .input('whole', sql.Int, -5)
      .input('flag', sql.Bit, true)
      .input('float', sql.Float, 1.5)
      .input('decimal', sql.Decimal(9, 2), -1234.56)
      .input('date', sql.DateTime2(3), date)
      .input('bytes', sql.VarBinary(10), Buffer.from('ab'))
      .input('nothing', sql.NVarChar(10), null)
      .query(
        'SELECT @text AS [text], @ansi AS ansi, @whole AS whole, @flag AS flag, @float AS [float], @decimal AS [decimal], @date AS [date], @bytes AS bytes, @nothing AS nothing',
      );
    const row = recordset[0] as Record<string, unknown>;
    assert.equal(row['text'], 'é😀'.repeat(10_000));
    assert.deepEqual(
      [row['ansi'], row['whole'], row['flag'], row['float'], row['decimal'], row['nothing']],
      ['é', -5, true, 1.5, -1234.56, null],
    );
    assert.equal((row['date'] as Date).getTime(), date.getTime());
    assert.deepEqual(row['bytes'], Buffer.from('ab'));
  });

  it('prepares, executes and unprepares', async () => {
    const prepared = new sql.PreparedStatement(pool);
    prepared.input('x', sql.Int);
    await prepared.prepare('SELECT @x * 2 AS y');
    for (const x of [1, 21]) {
      assert.deepEqual((await prepared.execute({ x })).recordset, [{ y: 2 * x }]);
    }
    await prepared.unprepare();
    const error = await failure('EXEC sp_execute 1');
    assert.equal(error.number, 8179);
  });

  it('gives output parameters back', async () => {
    const { output } = await pool
      .request()
      .input('x', sql.Int, 20)
      .output('y', sql.Int)
      .query('SET @y = @x + 1');
    assert.deepEqual(output, { y: 21 });
  });

  it('keeps transactions, and refuses to back up or restore in one', async () => {
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    const count = await transaction.request().query('SELECT @@TRANCOUNT AS n');
    assert.deepEqual(count.recordset, [{ n: 1 }]);
    await assert.rejects(
      transaction
        .request()
        .query("EXEC msdb.dbo.rds_restore_database 'a', 'arn:aws:s3:::backups/a.bak'"),
      {
        number: 3021,
        message: 'Cannot perform a backup or restore operation within a transaction.',
      },
    );
    await transaction.rollback();
    assert.equal(await value('@@TRANCOUNT'), 0);

    await pool.request().batch('BEGIN TRAN; BEGIN TRANSACTION t; COMMIT TRAN');
    assert.equal(await value('@@TRANCOUNT'), 1);
    await pool.request().batch('ROLLBACK WORK');

    await pool.request().batch('SET IMPLICIT_TRANSACTIONS ON; SELECT name FROM sys.databases');
    assert.equal(await value('@@TRANCOUNT'), 1);
    await pool.request().batch('SET IMPLICIT_TRANSACTIONS OFF; COMMIT');
  });

  it('logs in to a database and refuses one there is not', async () => {
    const inMsdb = await servers.connect({ database: 'MSDB' });
    const { recordset } = await inMsdb.request().query('SELECT DB_NAME() AS n');
    assert.deepEqual(recordset, [{ n: 'msdb' }]);
    await inMsdb.request().execute('rds_task_status');
    await assert.rejects(
      servers.connect({ database: 'nothing' }),
      /Login failed for user 'admin'|Cannot open database "nothing" requested by the login/,
    );
  });

  it('waits, in its own time', async () => {
    const start = servers.clock.now().getTime();
    await pool.request().batch("WAITFOR DELAY '00:01:00'");
    assert.ok(servers.clock.now().getTime() - start >= 59_000);
  });
});
