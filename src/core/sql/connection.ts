import type { Socket } from 'node:net';
import type mssql from 'mssql';
import { EngineError, throwIfCancelled } from '../errors.js';
import type {
  Row,
  Statement,
  StatementParameter,
  StatementResult,
  StatementRunner,
} from '../nativeTasks/statement.js';
import { openSocket } from './openSocket.js';
import { orCancelled } from '../orCancelled.js';
import { connectFailure, statementFailure, type Target } from './sqlErrors.js';
import { trustedCertificates } from './tlsOptions.js';

/** Asks for the password whenever one is needed; nothing keeps it. */
export type PasswordSource = () => Promise<string>;

export interface ConnectOptions extends Target {
  readonly password: PasswordSource;
  /** PEM file of certificate authorities to trust besides those of RDS. */
  readonly caFile?: string | undefined;
  /** Name that the certificate must carry instead of `host`, when a tunnel is in between. */
  readonly serverName?: string | undefined;
  /** Gives up checking who answers. */
  readonly trustServerCertificate?: boolean | undefined;
  readonly database?: string | undefined;
  /** Milliseconds for the connection and for each statement; 15000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One connection to an instance, in autocommit: `rds_*` procedures refuse to run in a transaction. */
export interface SqlConnection extends StatementRunner {
  readonly tls: 'verified' | 'not-verified';
  /** Ends it at once, also under a running statement. */
  close(): Promise<void>;
}

type Driver = typeof mssql;

/**
 * Connects and logs in over TLS, verified against the CA bundle of RDS.
 * @throws EngineError `sql/login-failed`, `sql/tls-not-verified`, `sql/unreachable`, `sql/not-ready`,
 *   `sql/ca-file-…`; CancelledError
 */
export async function connect(o: ConnectOptions): Promise<SqlConnection> {
  throwIfCancelled(o.signal);
  const ca = o.trustServerCertificate ? undefined : await trustedCertificates(o.caFile);
  const password = await orCancelled(o.password(), o.signal);
  const { default: driver } = await import('mssql');
  const connection = new Connection(driver, o, password, ca);
  try {
    await orCancelled(connection.open(), o.signal);
  } catch (error) {
    await connection.close();
    throw connectFailure(error, o);
  }
  return connection;
}

class Connection implements SqlConnection {
  readonly tls: 'verified' | 'not-verified';
  readonly #driver: Driver;
  readonly #target: Target;
  readonly #pool: mssql.ConnectionPool;
  readonly #sockets = new Set<Socket>();
  #state: 'opening' | 'open' | 'used' | 'lost' | 'closed' = 'opening';

  constructor(driver: Driver, o: ConnectOptions, password: string, ca: string[] | undefined) {
    const { host, port, user, database, timeoutMs = 15_000 } = o;
    this.#driver = driver;
    this.#target = { host, port, user };
    this.tls = ca === undefined ? 'not-verified' : 'verified';
    this.#pool = new driver.ConnectionPool({
      server: host,
      port,
      user,
      password,
      ...(database !== undefined && { database }),
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      // One connection; whether it still stands, the next statement will tell.
      validateConnection: false,
      pool: { max: 1, min: 0, idleTimeoutMillis: 2 ** 31 - 1, acquireTimeoutMillis: 2 * timeoutMs },
      options: {
        encrypt: true,
        trustServerCertificate: ca === undefined,
        appName: 'rds-backup',
        connector: () => this.#openSocket(timeoutMs),
        ...(o.serverName !== undefined && { serverName: o.serverName }),
        ...(ca !== undefined && { cryptoCredentialsDetails: { ca } }),
      },
    });
    // Failures arrive at the statement that meets them; unheard, this event would end the process.
    this.#pool.on('error', () => undefined);
  }

  async open(): Promise<void> {
    await this.#pool.connect();
    if (this.#state === 'opening') this.#state = 'open';
  }

  async run(statement: Statement, signal?: AbortSignal): Promise<StatementResult> {
    throwIfCancelled(signal);
    if (this.#state !== 'open' && this.#state !== 'used') {
      const { host, port } = this.#target;
      throw new EngineError('sql/connection-lost', `The connection to ${host}:${port} has ended.`);
    }
    const request = this.#pool.request();
    const messages: string[] = [];
    request.on('info', (info: { message: string }) => messages.push(info.message));
    for (const parameter of statement.parameters) this.#bind(request, parameter);
    const stop = () => {
      request.cancel();
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const { recordsets } = await orCancelled(send(request, statement), signal);
      if (this.#state === 'open') this.#state = 'used';
      return { recordsets, messages };
    } catch (error) {
      throw statementFailure(error, this.#target);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    // The driver would wait for a running login or statement; a broken socket ends both.
    for (const socket of this.#sockets) socket.destroy(new Error('The connection was closed.'));
    if (this.#pool.connected) await this.#pool.close();
  }

  /**
   * The driver opens one connection to try the login, closes it, and opens the one that is used. It
   * would replace that one when it breaks, unnoticed by us.
   */
  #openSocket(timeoutMs: number): Promise<Socket> {
    const { host, port } = this.#target;
    if (this.#state !== 'opening' && this.#state !== 'open') {
      return Promise.reject(new Error('the connection has ended'));
    }
    return openSocket(host, port, timeoutMs, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        if (this.#state === 'used') this.#state = 'lost';
      });
    });
  }

  #bind(request: mssql.Request, { name, type, value }: StatementParameter) {
    const { NVarChar, Int, Bit, DateTime } = this.#driver;
    const sqlType = { nvarchar: NVarChar, int: Int, bit: Bit, datetime: DateTime }[type];
    const isDate = type === 'datetime' && typeof value === 'string';
    request.input(name, sqlType, isDate ? new Date(`${value}Z`) : value);
  }
}

async function send(
  request: mssql.Request,
  statement: Statement,
): Promise<Pick<StatementResult, 'recordsets'>> {
  const { recordsets } =
    statement.kind === 'procedure'
      ? await request.execute<Row>(statement.procedure)
      : await request.query<Row>(statement.text);
  return { recordsets: Array.isArray(recordsets) ? recordsets : [] };
}
