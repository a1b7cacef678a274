import type { Column, SqlType, SqlValue, Typed } from '../sqlserver/types.js';
import type { EnvironmentChange, Message } from './tokens.js';

/** What the endpoint needs of the server behind it. */
export interface LoginRequest {
  readonly userName: string;
  readonly password: string;
  /** Empty for the login's default database. */
  readonly database: string;
  readonly hostName: string;
  readonly appName: string;
}

export type LoginResult =
  | { readonly session: SqlSession; readonly database: string }
  | { readonly errors: readonly Message[] };

export interface SqlServer {
  /** Name that messages carry. */
  readonly serverName: string;
  /** Engine version as four numbers, for example 16, 0, 4215, 2. */
  readonly version: readonly [number, number, number, number];
  /** Must answer in well under a second: drivers give the first attempt little more. */
  login(request: LoginRequest): LoginResult;
}

export interface RpcParameter extends Typed {
  /** With its `@`; empty for a parameter by position. */
  readonly name: string;
  readonly output: boolean;
  readonly useDefault: boolean;
}

export interface RpcCall {
  readonly procedure: string;
  readonly parameters: readonly RpcParameter[];
}

export type TransactionRequest =
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' | 'rollback'; readonly chain: boolean }
  | { readonly kind: 'unsupported'; readonly request: number };

/**
 * What a session answers, token by token. `done` ends a statement (`inProcedure`: within a call);
 * `procedureDone` ends a call. The endpoint sets the "more" bits.
 */
export type SqlEvent =
  | { readonly kind: 'columns'; readonly columns: readonly Column[] }
  | { readonly kind: 'row'; readonly values: readonly SqlValue[] }
  | { readonly kind: 'info'; readonly message: Message }
  | { readonly kind: 'error'; readonly message: Message }
  | {
      readonly kind: 'done';
      readonly inProcedure?: boolean;
      readonly rowCount?: number;
      readonly failed?: boolean;
    }
  | { readonly kind: 'returnStatus'; readonly value: number }
  | {
      readonly kind: 'returnValue';
      readonly ordinal: number;
      readonly name: string;
      readonly type: SqlType;
      readonly value: SqlValue;
    }
  | { readonly kind: 'procedureDone'; readonly failed?: boolean; readonly moreCalls?: boolean }
  | { readonly kind: 'environment'; readonly change: EnvironmentChange };

export interface SqlSession {
  batch(text: string, signal: AbortSignal): AsyncIterable<SqlEvent>;
  rpc(calls: readonly RpcCall[], signal: AbortSignal): AsyncIterable<SqlEvent>;
  transaction(request: TransactionRequest): AsyncIterable<SqlEvent>;
  /** RESETCONNECTION: as after login, except for an open transaction when `keepTransaction`. */
  reset(keepTransaction: boolean): void;
  close(): void;
}
