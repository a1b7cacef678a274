import type {
  LoginRequest,
  RpcCall,
  RpcParameter,
  SqlEvent,
  SqlSession,
  TransactionRequest,
} from '../tds/session.js';
import type { EnvironmentChange } from '../tds/tokens.js';
import { BatchRunner, type Frame } from './batchRunner.js';
import { findProcedure } from './procedures/registry.js';
import { infoEvent, SessionState } from './sessionState.js';
import { sqlErrors } from './sqlError.js';
import type { SqlInstance } from './sqlInstance.js';
import { runSystemProcedure, type SystemProcedureHost } from './systemProcedures.js';

/** One logged-in connection. */
export class Session implements SqlSession, SystemProcedureHost {
  readonly #state: SessionState;
  readonly #runner: BatchRunner;

  constructor(instance: SqlInstance, login: LoginRequest, database: string) {
    this.#state = new SessionState(instance, login, database);
    this.#runner = new BatchRunner(this.#state, (path, parameters, signal) =>
      this.#call(path, parameters, signal, false),
    );
  }

  get prepared() {
    return this.#state.prepared;
  }

  batch(text: string, signal: AbortSignal): AsyncIterable<SqlEvent> {
    return this.#runner.run(text, { variables: new Map(), inProcedure: false, signal });
  }

  async *rpc(calls: readonly RpcCall[], signal: AbortSignal): AsyncIterable<SqlEvent> {
    for (const [at, call] of calls.entries()) {
      const moreCalls = at < calls.length - 1;
      yield* this.#call(
        call.procedure.split('.').map(unbracketed),
        call.parameters,
        signal,
        moreCalls,
      );
    }
  }

  async *transaction(request: TransactionRequest): AsyncIterable<SqlEvent> {
    await Promise.resolve();
    try {
      for (const change of this.#transactionChanges(request)) yield { kind: 'environment', change };
      yield { kind: 'done' };
    } catch (error) {
      yield this.#state.failure(error, 1);
      yield { kind: 'done', failed: true };
    }
  }

  #transactionChanges(request: TransactionRequest): EnvironmentChange[] {
    switch (request.kind) {
      case 'begin':
        return this.#state.transactions.begin();
      case 'commit':
      case 'rollback': {
        const changes = this.#state.transactions[request.kind]();
        return request.chain ? [...changes, ...this.#state.transactions.begin()] : changes;
      }
      case 'unsupported':
        throw sqlErrors.notImplemented(`transaction manager request ${request.request}`);
    }
  }

  reset(keepTransaction: boolean): void {
    this.#state.reset(keepTransaction);
  }

  close(): void {
    this.#state.reset(false);
  }

  /** Text inside a call: sp_executesql and its relatives. */
  runText(text: string, frame: Frame): AsyncGenerator<SqlEvent, boolean> {
    return this.#runner.run(text, frame);
  }

  /** A procedure call with everything the wire wants after it. */
  async *#call(
    path: readonly string[],
    parameters: readonly RpcParameter[],
    signal: AbortSignal,
    moreCalls: boolean,
  ): AsyncGenerator<SqlEvent> {
    try {
      yield* this.#state.beginImplicitly();
      const ok = yield* this.#callInner(path, parameters, signal);
      yield { kind: 'procedureDone', failed: !ok, moreCalls };
    } catch (error) {
      if (signal.aborted) throw error;
      yield this.#state.failure(error, 1);
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
    const found = findProcedure(path, this.#state.database);
    if (!found) throw sqlErrors.unknownProcedure(path.join('.'));
    const result = found.run(parameters, this.#state.functionContext());
    this.#state.lastError = 0;
    for (const text of result.messages) yield infoEvent(text, 1);
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
}

const unbracketed = (part: string) =>
  part.startsWith('[') && part.endsWith(']') ? part.slice(1, -1).replaceAll(']]', ']') : part;
