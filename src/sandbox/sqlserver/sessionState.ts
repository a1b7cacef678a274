import type { LoginRequest, SqlEvent } from '../tds/session.js';
import type { FunctionContext } from './functions.js';
import { PreparedStatements } from './preparedStatements.js';
import { raised, SqlError, sqlErrors } from './sqlError.js';
import type { SqlInstance } from './sqlInstance.js';
import { Transactions } from './transactions.js';

let lastSpid = 50;

/** What a connection carries from one statement to the next. */
export class SessionState {
  readonly prepared = new PreparedStatements();
  readonly transactions = new Transactions();
  readonly #spid = ++lastSpid;
  readonly #login: LoginRequest;
  readonly #loginDatabase: string;
  database: string;
  /** @@ERROR. */
  lastError = 0;
  /** @@ROWCOUNT. */
  lastRowCount = 0;

  constructor(
    readonly instance: SqlInstance,
    login: LoginRequest,
    database: string,
  ) {
    this.#login = login;
    this.#loginDatabase = database;
    this.database = database;
  }

  reset(keepTransaction: boolean): void {
    if (!keepTransaction) this.transactions.reset();
    this.transactions.implicit = false;
    this.prepared.clear();
    this.database = this.#loginDatabase;
    this.lastError = 0;
  }

  functionContext(): FunctionContext {
    return {
      instance: this.instance,
      login: this.instance.description.masterUsername,
      database: this.database,
      hostName: this.#login.hostName,
      appName: this.#login.appName,
      transactionCount: this.transactions.count,
      spid: this.#spid,
      lastError: this.lastError,
      lastRowCount: this.lastRowCount,
    };
  }

  /** The event that tells a failure; what is not SQL Server's own is the sandbox's. */
  failure(error: unknown, line: number): SqlEvent {
    const sqlError =
      error instanceof SqlError
        ? error
        : raised(`The sandbox failed: ${error instanceof Error ? error.message : String(error)}`);
    this.lastError = sqlError.number;
    return { kind: 'error', message: sqlError.toMessage(line) };
  }

  *beginImplicitly(): Generator<SqlEvent> {
    for (const change of this.transactions.beforeStatement()) {
      yield { kind: 'environment', change };
    }
  }

  /** USE. */
  *use(name: string): Generator<SqlEvent> {
    const stored = this.instance.databaseName(name);
    if (stored === undefined) throw sqlErrors.unknownDatabase(name);
    if (this.instance.database(stored)?.state === 'RESTORING') {
      throw new SqlError(
        927,
        14,
        2,
        `Database '${stored}' cannot be opened. It is in the middle of a restore.`,
      );
    }
    const from = this.database;
    this.database = stored;
    yield { kind: 'environment', change: { kind: 'database', to: stored, from } };
    yield {
      kind: 'info',
      message: {
        number: 5701,
        state: 2,
        class: 0,
        text: `Changed database context to '${stored}'.`,
      },
    };
  }
}

export const infoEvent = (text: string, line: number, number = 0): SqlEvent => ({
  kind: 'info',
  message: { number, state: 1, class: 0, text, line },
});
