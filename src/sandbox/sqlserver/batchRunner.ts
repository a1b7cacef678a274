import type { RpcParameter, SqlEvent } from '../tds/session.js';
import type { Denied, Execute, Statement } from './ast.js';
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
import { runSelect, type SelectContext } from './select.js';
import { infoEvent, type SessionState } from './sessionState.js';
import { SqlError, sqlErrors } from './sqlError.js';
import { sqlType, type Typed } from './types.js';

/** Errors that end their statement but let the batch go on, as in SQL Server. */
const batchGoesOnAfter = [201, 2812, 3013, 3902, 3903, 8114, 8134, 8143, 8144, 8145, 50_000];
const fatalSeverity = 20;

/** Where statements run: a batch, or the text of a prepared statement inside a call. */
export interface Frame {
  readonly variables: Map<string, Typed>;
  readonly inProcedure: boolean;
  readonly signal: AbortSignal;
}

/** Calls a procedure, with everything that the wire wants after it. */
export type CallProcedure = (
  path: readonly string[],
  parameters: readonly RpcParameter[],
  signal: AbortSignal,
) => AsyncGenerator<SqlEvent>;

/** A call, because the flag changes behind the compiler's back. */
const isAborted = ({ signal }: Frame) => signal.aborted;

/** Runs batches statement by statement. Its generators return false when a statement failed. */
export class BatchRunner {
  readonly #state: SessionState;
  readonly #call: CallProcedure;

  constructor(state: SessionState, call: CallProcedure) {
    this.#state = state;
    this.#call = call;
  }

  async *run(text: string, frame: Frame): AsyncGenerator<SqlEvent, boolean> {
    let statements: Statement[];
    try {
      statements = parseBatch(text);
    } catch (error) {
      yield this.#state.failure(error, 1);
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
        ok = (yield* this.#runOne(statement, frame)) && ok;
      } catch (error) {
        if (isAborted(frame)) return ok;
        ok = false;
        yield this.#state.failure(error, statement.line);
        if (!frame.inProcedure) yield { kind: 'done', failed: true };
        if (!(error instanceof SqlError) || !batchGoesOnAfter.includes(error.number)) return false;
        if (error.severity >= fatalSeverity) return false;
      }
    }
    return ok;
  }

  async *#runOne(statement: Statement, frame: Frame): AsyncGenerator<SqlEvent, boolean> {
    const { inProcedure } = frame;
    const scope = this.#scope(frame);
    switch (statement.kind) {
      case 'select': {
        if (statement.from) yield* this.#state.beginImplicitly();
        const { columns, rows, assignments } = runSelect(statement, this.#selectContext(frame));
        this.#state.lastRowCount = rows.length;
        this.#state.lastError = 0;
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
        if (statement.words[0] === 'IMPLICIT_TRANSACTIONS') {
          this.#state.transactions.implicit = statement.words[1] === 'ON';
        }
        return true;
      case 'use':
        yield* this.#state.use(statement.database);
        yield { kind: 'done', inProcedure };
        return true;
      case 'begin':
      case 'commit':
      case 'rollback':
        for (const change of this.#state.transactions[statement.kind]()) {
          yield { kind: 'environment', change };
        }
        yield { kind: 'done', inProcedure };
        return true;
      case 'print':
        yield infoEvent(textOf(evaluate(statement.value, scope)), statement.line);
        yield { kind: 'done', inProcedure };
        return true;
      case 'waitfor':
        await this.#state.instance.clock.sleep(
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
        yield infoEvent(message, statement.line, 50_000);
        yield { kind: 'done', inProcedure };
        return true;
      }
      case 'if': {
        const branch =
          truth(statement.condition, scope) === true ? statement.then : statement.otherwise;
        return yield* this.#runAll(branch, frame);
      }
      case 'denied': {
        const name = textOf(evaluate(statement.database, scope));
        yield this.#state.failure(this.#denial(statement, name), statement.line);
        throw sqlErrors.terminated(`${statement.verb} ${statement.what}`);
      }
      case 'unsupported':
        throw sqlErrors.notImplemented(statement.what, statement.line);
    }
  }

  #denial({ verb, what }: Denied, name: string): SqlError {
    if (verb === 'RESTORE') return sqlErrors.restoreDenied(name);
    const stored = this.#state.instance.databaseName(name);
    if (stored === undefined) return sqlErrors.unknownDatabase(name);
    return sqlErrors.backupDenied(what, stored);
  }

  #assign(frame: Frame, name: string, value: Typed, line: number): void {
    const key = name.toLowerCase();
    const declared = frame.variables.get(key);
    if (!declared) throw sqlErrors.undeclared(name, line);
    frame.variables.set(key, { type: declared.type, value: convert(value, declared.type) });
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
    for await (const event of this.#call(procedure, parameters, frame.signal)) {
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

  #selectContext(frame: Frame): SelectContext {
    const context = this.#state.functionContext();
    return { ...context, variable: (name) => lookUp(name, frame, context) };
  }

  #scope(frame: Frame): Scope {
    const context = this.#state.functionContext();
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
