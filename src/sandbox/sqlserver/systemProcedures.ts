import type { RpcParameter, SqlEvent } from '../tds/session.js';
import { convert, textOf } from './convert.js';
import { asInt } from './functions.js';
import {
  bindDeclared,
  parseDeclarations,
  type Prepared,
  type PreparedStatements,
} from './preparedStatements.js';
import { SqlError, sqlErrors } from './sqlError.js';
import { sqlType, type Typed } from './types.js';

/** What the system procedures need of the session. */
export interface SystemProcedureHost {
  readonly prepared: PreparedStatements;
  runText(
    text: string,
    frame: {
      readonly variables: Map<string, Typed>;
      readonly inProcedure: boolean;
      readonly signal: AbortSignal;
    },
  ): AsyncGenerator<SqlEvent, boolean>;
  callByName(
    procedure: string,
    parameters: readonly RpcParameter[],
    signal: AbortSignal,
  ): AsyncGenerator<SqlEvent, boolean>;
  reset(keepTransaction: boolean): void;
}

type Run = (
  args: readonly RpcParameter[],
  host: SystemProcedureHost,
  signal: AbortSignal,
) => AsyncGenerator<SqlEvent, boolean>;

/** The procedures by which drivers run statements; each yields up to its return values. */
const procedures: Readonly<Record<string, Run>> = {
  sp_executesql: executeSql,
  sp_prepare: prepare,
  sp_execute: execute,
  sp_prepexec: prepareAndExecute,
  sp_prepexecrpc: prepareAndCall,
  sp_unprepare: unprepare,
  sp_reset_connection: resetConnection,
};

/** undefined when `path` names none of them. */
export function runSystemProcedure(
  path: readonly string[],
  args: readonly RpcParameter[],
  signal: AbortSignal,
  host: SystemProcedureHost,
): AsyncGenerator<SqlEvent, boolean> | undefined {
  const name = (path.at(-1) ?? '').toLowerCase();
  if (name.startsWith('sp_cursor')) throw sqlErrors.notImplemented('server cursors');
  return procedures[name]?.(args, host, signal);
}

const required = (args: readonly RpcParameter[], at: number): RpcParameter => {
  const arg = args[at];
  if (!arg) throw new SqlError(214, 16, 2, 'Procedure expects more parameters.');
  return arg;
};

async function* executeSql(
  args: readonly RpcParameter[],
  host: SystemProcedureHost,
  signal: AbortSignal,
): AsyncGenerator<SqlEvent, boolean> {
  const text = textOf(required(args, 0));
  const declared = args[1];
  const declarations = declared ? parseDeclarations(textOf(declared)) : [];
  return yield* runPrepared({ kind: 'text', text, declarations }, args.slice(2), 2, host, signal);
}

async function* runPrepared(
  prepared: Prepared,
  values: readonly RpcParameter[],
  firstOrdinal: number,
  host: SystemProcedureHost,
  signal: AbortSignal,
): AsyncGenerator<SqlEvent, boolean> {
  if (prepared.kind === 'procedure') {
    return yield* host.callByName(prepared.procedure, values, signal);
  }
  const variables = bindDeclared(prepared.declarations, values);
  const ok = yield* host.runText(prepared.text, { variables, inProcedure: true, signal });
  if (!ok) return false;
  yield { kind: 'returnStatus', value: 0 };
  for (const [at, value] of values.entries()) {
    if (!value.output) continue;
    const name = value.name === '' ? (prepared.declarations[at]?.name ?? '') : value.name;
    const bound = variables.get(name.toLowerCase());
    if (bound) yield { kind: 'returnValue', ordinal: firstOrdinal + at, name, ...bound };
  }
  return true;
}

function* returnHandle(arg: RpcParameter, handle: number | null): Generator<SqlEvent> {
  yield { kind: 'returnValue', ordinal: 0, name: arg.name, type: sqlType.int, value: handle };
}

const textPrepared = (declarations: RpcParameter, text: RpcParameter): Prepared => ({
  kind: 'text',
  text: textOf(text),
  declarations: declarations.value === null ? [] : parseDeclarations(textOf(declarations)),
});

// eslint-disable-next-line @typescript-eslint/require-await -- one shape for all procedures
async function* prepare(
  args: readonly RpcParameter[],
  host: SystemProcedureHost,
): AsyncGenerator<SqlEvent, boolean> {
  const prepared = textPrepared(required(args, 1), required(args, 2));
  const handle = host.prepared.add(prepared);
  yield { kind: 'returnStatus', value: 0 };
  yield* returnHandle(required(args, 0), handle);
  return true;
}

async function* execute(
  args: readonly RpcParameter[],
  host: SystemProcedureHost,
  signal: AbortSignal,
): AsyncGenerator<SqlEvent, boolean> {
  const prepared = host.prepared.get(asInt(required(args, 0)) ?? 0);
  return yield* runPrepared(prepared, args.slice(1), 1, host, signal);
}

/** The handle may come in with an old value, which is then given up (ODBC does so). */
function replaceHandle(arg: RpcParameter, prepared: Prepared, host: SystemProcedureHost): number {
  const old = convert(arg, sqlType.int);
  if (typeof old === 'number') host.prepared.remove(old);
  return host.prepared.add(prepared);
}

async function* prepareAndExecute(
  args: readonly RpcParameter[],
  host: SystemProcedureHost,
  signal: AbortSignal,
): AsyncGenerator<SqlEvent, boolean> {
  const prepared = textPrepared(required(args, 1), required(args, 2));
  const handle = replaceHandle(required(args, 0), prepared, host);
  const ok = yield* runPrepared(prepared, args.slice(3), 3, host, signal);
  if (ok) yield* returnHandle(required(args, 0), handle);
  return ok;
}

async function* prepareAndCall(
  args: readonly RpcParameter[],
  host: SystemProcedureHost,
  signal: AbortSignal,
): AsyncGenerator<SqlEvent, boolean> {
  const prepared: Prepared = { kind: 'procedure', procedure: textOf(required(args, 1)) };
  const handle = replaceHandle(required(args, 0), prepared, host);
  const ok = yield* runPrepared(prepared, args.slice(2), 2, host, signal);
  if (ok) yield* returnHandle(required(args, 0), handle);
  return ok;
}

// eslint-disable-next-line @typescript-eslint/require-await -- one shape for all procedures
async function* unprepare(
  args: readonly RpcParameter[],
  host: SystemProcedureHost,
): AsyncGenerator<SqlEvent, boolean> {
  const handle = asInt(required(args, 0)) ?? 0;
  if (!host.prepared.remove(handle)) throw sqlErrors.handleNotFound(handle);
  yield { kind: 'returnStatus', value: 0 };
  return true;
}

// eslint-disable-next-line @typescript-eslint/require-await -- one shape for all procedures
async function* resetConnection(
  _args: readonly RpcParameter[],
  host: SystemProcedureHost,
): AsyncGenerator<SqlEvent, boolean> {
  host.reset(false);
  yield { kind: 'returnStatus', value: 0 };
  return true;
}
