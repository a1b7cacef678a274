/** SQL Server types of the parameters that RDS's procedures take. */
export type ParameterType = 'nvarchar' | 'int' | 'bit' | 'datetime';

export interface StatementParameter {
  /** Without the `@`. */
  readonly name: string;
  readonly type: ParameterType;
  readonly value: string | number | boolean | null;
}

/**
 * One T-SQL statement as what to send: a procedure with bound parameters, or a fixed query text with
 * bound parameters. Never assembled from values.
 */
export type Statement =
  | {
      readonly kind: 'procedure';
      /** For example `msdb.dbo.rds_restore_database`. */
      readonly procedure: string;
      readonly parameters: readonly StatementParameter[];
    }
  | {
      readonly kind: 'query';
      readonly text: string;
      readonly parameters: readonly StatementParameter[];
    };

/** One row, columns by the name the server sent. */
export type Row = Readonly<Record<string, unknown>>;

/** What came back: the result sets and the informational messages (PRINT), in order. */
export interface StatementResult {
  readonly recordsets: readonly (readonly Row[])[];
  readonly messages: readonly string[];
}

/** Sends statements to one instance; implemented by `core/sql`. */
export interface StatementRunner {
  run(statement: Statement, signal?: AbortSignal): Promise<StatementResult>;
}
