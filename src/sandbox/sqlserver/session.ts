import type {
  LoginRequest,
  RpcCall,
  RpcParameter,
  SqlEvent,
  SqlSession,
  TransactionRequest,
} from '../tds/session.js';
import type { EnvironmentChange } from '../tds/tokens.js';
import type { Execute, Statement } from './ast.js';
import { convert, textOf } from './convert.js';
import { evaluate, type Scope, truth } from './evaluate.js';
import {
  asInt,
  callFunction,
  delaySeconds,
  type FunctionContext,
  globalVariable,
} from './functions.js';
import { parseBatch } from './parser.js';
import { PreparedStatements } from './preparedStatements.js';
import { findProcedure } from './procedures/registry.js';
import { runSystemProcedure, type SystemProcedureHost } from './systemProcedures.js';
import { runSelect, type SelectContext } from './select.js';
import { raised, SqlError, sqlErrors } from './sqlError.js';
import type { SqlInstance } from './sqlInstance.js';
import { Transactions } from './transactions.js';
import { sqlType, type Typed } from './types.js';

/** Errors that end their statement but let the batch go on, as in SQL Server. */
const batchGoesOnAfter = [201, 2812, 3902, 3903, 8114, 8134, 8143, 8144, 8145, 50_000];

/** Where statements run: a batch, or the text of a prepared statement inside a call. */
interface Frame {
  readonly variables: Map<string, Typed>;
  readonly inProcedure: boolean;
  readonly signal: AbortSignal;
}

/** A call, because the flag changes behind the compiler's back. */
const isAborted = ({ signal }: Frame) => signal.aborted;

let lastSpid = 50;

/** One logged-in connection. */
export class Session implements SqlSession, SystemProcedureHost {
  readonly prepared = new PreparedStatements();
  readonly #instance: SqlInstance;
  readonly #login: LoginRequest;
  readonly #loginDatabase: string;
  readonly #transactions = new Transactions();
  readonly #spid = ++lastSpid;
  #database: string;
  #lastError = 0;
  #lastRowCount = 0;

  constructor(instance: SqlInstance, login: LoginRequest, database: string) {
    this.#instance = instance;
    this.#login = login;
    this.#loginDatabase = database;
    this.#database = database;
  }

  batch(text: string, signal: AbortSignal): AsyncIterable<SqlEvent> {
    return this.runText(text, { variables: new Map(), inProcedure: false, signal });
  }

  async *rpc(calls: readonly RpcCall[], signal: AbortSignal): AsyncIterable<SqlEvent> {
    for (const [at, call] of calls.entries()) {
      const moreCalls = at < calls.length - 1;
      yield* this.#call(call.procedure.split('.').map(unbracketed), call.parameters, signal, {
        moreCalls,
      });
    }
  }

  async *transaction(request: TransactionRequest): AsyncIterable<SqlEvent> {
    await Promise.resolve();
    try {
      for (const change of this.#transactionChanges(request)) yield { kind: 'environment', change };
      yield { kind: 'done' };
    } catch (error) {
      yield* this.#failure(error, 1);
      yield { kind: 'done', failed: true };
    }
  }

  #transactionChanges(request: TransactionRequest): EnvironmentChange[] {
    switch (request.kind) {
      case 'begin':
        return this.#transactions.begin();
      case 'commit':
      case 'rollback': {
        const changes = this.#transactions[request.kind]();
        return request.chain ? [...changes, ...this.#transactions.begin()] : changes;
      }
      case 'unsupported':
        throw sqlErrors.notImplemented(`transaction manager request ${request.request}`);
    }
  }

  reset(keepTransaction: boolean): void {
    if (!keepTransaction) this.#transactions.reset();
    this.#transactions.implicit = false;
    this.prepared.clear();
    this.#database = this.#loginDatabase;
    this.#lastError = 0;
  }

  close(): void {
    this.#transactions.reset();
    this.prepared.clear();
  }

  /** Runs a batch's text statement by statement. */
  async *runText(text: string, frame: Frame): AsyncGenerator<SqlEvent, boolean> {
    let statements: Statement[];
    try {
      statements = parseBatch(text);
    } catch (error) {
      yield* this.#failure(error, 1);
      if (!frame.inProcedure) yield { kind: 'done', failed: true };
      return false;
    }
    return yield* this.#runAll(statements, frame);
  }

  async *#runAll(
    statements: readonly Statement[],
    frame: Frame,
  ): AsyncGenerator<SqlEvent, boolean> {
    let ok = true;
    for (const statement of statements) {
      if (isAborted(frame)) return ok;
      try {
        ok = (yield* this.#run(statement, frame)) && ok;
      } catch (error) {
        if (isAborted(frame)) return ok;
        ok = false;
        yield* this.#failure(error, statement.line);
        if (!frame.inProcedure) yield { kind: 'done', failed: true };
        if (!(error instanceof SqlError) || !batchGoesOnAfter.includes(error.number)) return false;
        if (error.severity >= 20) return false;
      }
    }
    return ok;
  }

  *#failure(error: unknown, line: number): Generator<SqlEvent> {
    const sqlError =
      error instanceof SqlError
        ? error
        : raised(`The sandbox failed: ${error instanceof Error ? error.message : String(error)}`);
    this.#lastError = sqlError.number;
    yield { kind: 'error', message: sqlError.toMessage(line) };
  }

  async *#run(statement: Statement, frame: Frame): AsyncGenerator<SqlEvent, boolean> {
    const { inProcedure } = frame;
    const scope = this.#scope(frame);
    switch (statement.kind) {
      case 'select': {
        if (statement.from) yield* this.#beginImplicitly();
        const { columns, rows, assignments } = runSelect(statement, this.#selectContext(frame));
        this.#lastRowCount = rows.length;
        this.#lastError = 0;
        for (const { name, value } of assignments) this.#assign(frame, name, value, statement.line);
        if (columns.length === 0) return true;
        yield { kind: 'columns', columns };
        for (const values of rows) yield { kind: 'row', values };
        yield { kind: 'done', inProcedure, rowCount: rows.length };
        return true;
      }
      case 'execute':
        return yield* this.#execute(statement, frame);
      case 'declare': {
        const value = statement.value ? evaluate(statement.value, scope) : undefined;
        frame.variables.set(statement.name.toLowerCase(), {
          type: statement.type,
          value: value ? convert(value, statement.type) : null,
        });
        return true;
      }
      case 'assign':
        this.#assign(frame, statement.name, evaluate(statement.value, scope), statement.line);
        return true;
      case 'setOption':
        this.#setOption(statement.words);
        return true;
      case 'use':
        yield* this.#use(statement.database);
        yield { kind: 'done', inProcedure };
        return true;
      case 'begin':
      case 'commit':
      case 'rollback':
        for (const change of this.#transactions[statement.kind]()) {
          yield { kind: 'environment', change };
        }
        yield { kind: 'done', inProcedure };
        return true;
      case 'print':
        yield info(textOf(evaluate(statement.value, scope)), statement.line);
        yield { kind: 'done', inProcedure };
        return true;
      case 'waitfor':
        await this.#instance.clock.sleep(
          delaySeconds(evaluate(statement.delay, scope)),
          frame.signal,
        );
        yield { kind: 'done', inProcedure };
        return true;
      case 'raiserror': {
        const [text, severity, state] = statement.args.map((arg) => evaluate(arg, scope));
        const level = (severity && asInt(severity)) ?? 16;
        const message = text ? textOf(text) : '';
        if (level > 10) {
          throw new SqlError(50_000, level, (state && asInt(state)) ?? 1, message, statement.line);
        }
        yield info(message, statement.line, 50_000);
        yield { kind: 'done', inProcedure };
        return true;
      }
      case 'if': {
        const branch =
          truth(statement.condition, scope) === true ? statement.then : statement.otherwise;
        return yield* this.#runAll(branch, frame);
      }
      case 'unsupported':
        throw sqlErrors.notImplemented(statement.what, statement.line);
    }
  }

  *#beginImplicitly(): Generator<SqlEvent> {
    for (const change of this.#transactions.beforeStatement())
      yield { kind: 'environment', change };
  }

  #assign(frame: Frame, name: string, value: Typed, line: number): void {
    const key = name.toLowerCase();
    const declared = frame.variables.get(key);
    if (!declared) throw sqlErrors.undeclared(name, line);
    frame.variables.set(key, { type: declared.type, value: convert(value, declared.type) });
  }

  #setOption(words: readonly string[]): void {
    if (words[0] === 'IMPLICIT_TRANSACTIONS') this.#transactions.implicit = words[1] === 'ON';
  }

  *#use(name: string): Generator<SqlEvent> {
    const stored = this.#instance.databaseName(name);
    if (stored === undefined) throw sqlErrors.unknownDatabase(name);
    if (this.#instance.database(stored)?.state === 'RESTORING') {
      throw new SqlError(
        927,
        14,
        2,
        `Database '${stored}' cannot be opened. It is in the middle of a restore.`,
      );
    }
    const from = this.#database;
    this.#database = stored;
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

  async *#execute(
    { procedure, args, statusTo, line }: Execute & { line: number },
    frame: Frame,
  ): AsyncGenerator<SqlEvent, boolean> {
    const scope = this.#scope(frame);
    const parameters = args.map(({ name, value, output }): RpcParameter => {
      const typed = value ? evaluate(value, scope) : { type: sqlType.int, value: null };
      return { name: name ?? '', ...typed, output, useDefault: value === undefined };
    });
    const outputs = args.map(({ value, output }) =>
      output && value?.kind === 'variable' ? value.name : undefined,
    );
    let ok = true;
    for await (const event of this.#call(procedure, parameters, frame.signal, {})) {
      if (event.kind === 'returnValue') {
        const target = outputs[event.ordinal];
        if (target !== undefined) this.#assign(frame, target, event, line);
      } else if (event.kind === 'returnStatus') {
        if (statusTo !== undefined) {
          this.#assign(frame, statusTo, { type: sqlType.int, value: event.value }, line);
        }
        if (!frame.inProcedure) yield event;
      } else if (event.kind === 'procedureDone') {
        ok = !event.failed;
        if (!frame.inProcedure) yield event.failed ? { kind: 'done', failed: true } : event;
      } else yield event;
    }
    return ok;
  }

  /** A procedure call with everything the wire wants after it. */
  async *#call(
    path: readonly string[],
    parameters: readonly RpcParameter[],
    signal: AbortSignal,
    { moreCalls = false }: { readonly moreCalls?: boolean },
  ): AsyncGenerator<SqlEvent> {
    try {
      yield* this.#beginImplicitly();
      const ok = yield* this.#callInner(path, parameters, signal);
      yield { kind: 'procedureDone', failed: !ok, moreCalls };
    } catch (error) {
      if (signal.aborted) throw error;
      yield* this.#failure(error, 1);
      yield { kind: 'procedureDone', failed: true, moreCalls };
    }
  }

  async *#callInner(
    path: readonly string[],
    parameters: readonly RpcParameter[],
    signal: AbortSignal,
  ): AsyncGenerator<SqlEvent, boolean> {
    const system = runSystemProcedure(path, parameters, signal, this);
    if (system) return yield* system;
    const found = findProcedure(path, this.#database);
    if (!found) throw sqlErrors.unknownProcedure(path.join('.'));
    const result = found.run(parameters, {
      ...this.#functionContext(),
      transactionCount: this.#transactions.count,
    });
    this.#lastError = 0;
    for (const text of result.messages) yield info(text, 1);
    for (const { columns, rows } of result.recordsets) {
      yield { kind: 'columns', columns };
      for (const values of rows) yield { kind: 'row', values };
      yield { kind: 'done', inProcedure: true, rowCount: rows.length };
    }
    yield { kind: 'returnStatus', value: 0 };
    return true;
  }

  /** A call by name that arrived inside another (sp_prepexecrpc). */
  callByName(
    procedure: string,
    parameters: readonly RpcParameter[],
    signal: AbortSignal,
  ): AsyncGenerator<SqlEvent, boolean> {
    return this.#callInner(procedure.split('.').map(unbracketed), parameters, signal);
  }

  #functionContext(): FunctionContext {
    return {
      instance: this.#instance,
      login: this.#instance.description.masterUsername,
      database: this.#database,
      hostName: this.#login.hostName,
      appName: this.#login.appName,
      transactionCount: this.#transactions.count,
      spid: this.#spid,
      lastError: this.#lastError,
      lastRowCount: this.#lastRowCount,
    };
  }

  #selectContext(frame: Frame): SelectContext {
    const context = this.#functionContext();
    return { ...context, variable: (name) => lookUp(name, frame, context) };
  }

  #scope(frame: Frame): Scope {
    const context = this.#functionContext();
    return {
      variable: (name) => lookUp(name, frame, context),
      column: () => undefined,
      call: (name, args) => callFunction(name, args, context),
    };
  }
}

function lookUp(name: string, frame: Frame, context: FunctionContext): Typed | undefined {
  return name.startsWith('@@')
    ? globalVariable(name, context)
    : frame.variables.get(name.toLowerCase());
}

const unbracketed = (part: string) =>
  part.startsWith('[') && part.endsWith(']') ? part.slice(1, -1).replaceAll(']]', ']') : part;

const info = (text: string, line: number, number = 0): SqlEvent => ({
  kind: 'info',
  message: { number, state: 1, class: 0, text, line },
});
