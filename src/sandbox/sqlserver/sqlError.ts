import type { Message } from '../tds/tokens.js';

/** An error as SQL Server raises it: it ends the statement and goes to the client as an ERROR token. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  constructor(
    readonly number: number,
    /** Severity. */
    readonly severity: number,
    readonly state: number,
    message: string,
    /** Line within the batch, from 1. */
    readonly line?: number,
    readonly procedure?: string,
  ) {
    super(message);
  }

  toMessage(line: number): Message {
    return {
      number: this.number,
      class: this.severity,
      state: this.state,
      text: this.message,
      line: this.line ?? line,
      procedure: this.procedure,
    };
  }

  within(procedure: string): SqlError {
    if (this.procedure !== undefined) return this;
    return new SqlError(
      this.number,
      this.severity,
      this.state,
      this.message,
      this.line ?? 1,
      procedure,
    );
  }
}

export const raised = (text: string) => new SqlError(50_000, 16, 1, text);

export const sqlErrors = {
  syntax: (near: string, line: number) =>
    new SqlError(102, 15, 1, `Incorrect syntax near '${near}'.`, line),
  unclosedQuote: (text: string, line: number) =>
    new SqlError(
      105,
      15,
      1,
      `Unclosed quotation mark after the character string '${text.slice(0, 40)}'.`,
      line,
    ),
  notImplemented: (what: string, line?: number) =>
    new SqlError(
      50_000,
      16,
      1,
      `The sandbox does not implement ${what}. It answers the rds_* procedures, simple queries of ` +
        'sys.databases and sys.master_files, and what drivers send by themselves.',
      line,
    ),
  undeclared: (name: string, line: number) =>
    new SqlError(137, 15, 2, `Must declare the scalar variable "${name}".`, line),
  invalidColumn: (name: string) => new SqlError(207, 16, 1, `Invalid column name '${name}'.`),
  invalidObject: (name: string) => new SqlError(208, 16, 1, `Invalid object name '${name}'.`),
  unknownProcedure: (name: string) =>
    new SqlError(2812, 16, 62, `Could not find stored procedure '${name}'.`),
  unknownFunction: (name: string) =>
    new SqlError(195, 15, 10, `'${name}' is not a recognized built-in function name.`),
  divideByZero: () => new SqlError(8134, 16, 1, 'Divide by zero error encountered.'),
  overflow: (type: string) =>
    new SqlError(
      8115,
      16,
      2,
      `Arithmetic overflow error converting expression to data type ${type}.`,
    ),
  unknownDatabase: (name: string) =>
    new SqlError(
      911,
      16,
      1,
      `Database '${name}' does not exist. Make sure that the name is entered correctly.`,
    ),
  backupDenied: (what: string, name: string) =>
    new SqlError(262, 14, 1, `BACKUP ${what} permission denied in database '${name}'.`),
  restoreDenied: (name: string) =>
    new SqlError(3110, 14, 1, `User does not have permission to RESTORE database '${name}'.`),
  /** Follows the error that says why. */
  terminated: (what: string) => new SqlError(3013, 16, 1, `${what} is terminating abnormally.`),
  handleNotFound: (handle: number) =>
    new SqlError(8179, 16, 2, `Could not find prepared statement with handle ${handle}.`),
  parameterMissing: (procedure: string, parameter: string) =>
    new SqlError(
      201,
      16,
      4,
      `Procedure or function '${procedure}' expects parameter '${parameter}', which was not supplied.`,
      1,
      procedure,
    ),
  parameterUnknown: (procedure: string, parameter: string) =>
    new SqlError(
      8145,
      16,
      1,
      `${parameter} is not a parameter for procedure ${procedure}.`,
      1,
      procedure,
    ),
  parameterTwice: (procedure: string, parameter: string) =>
    new SqlError(
      8143,
      16,
      1,
      `Parameter '${parameter}' was supplied multiple times.`,
      1,
      procedure,
    ),
  tooManyArguments: (procedure: string) =>
    new SqlError(
      8144,
      16,
      2,
      `Procedure or function ${procedure} has too many arguments specified.`,
      1,
      procedure,
    ),
  parameterType: (procedure: string, from: string, to: string) =>
    new SqlError(8114, 16, 5, `Error converting data type ${from} to ${to}.`, 1, procedure),
  noTransaction: (verb: 'COMMIT' | 'ROLLBACK') =>
    verb === 'COMMIT'
      ? new SqlError(
          3902,
          16,
          1,
          'The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.',
        )
      : new SqlError(
          3903,
          16,
          1,
          'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.',
        ),
} as const;
