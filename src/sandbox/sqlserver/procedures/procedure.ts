import type { RpcParameter } from '../../tds/session.js';
import type { RowSet } from '../catalogViews.js';
import { convert } from '../convert.js';
import type { FunctionContext } from '../functions.js';
import { SqlError, sqlErrors } from '../sqlError.js';
import { type SqlType, type SqlValue, typeName } from '../types.js';

export interface ProcedureResult {
  readonly recordsets: readonly RowSet[];
  /** PRINTed lines, sent before the rows. */
  readonly messages: readonly string[];
}

export interface ParameterDefinition {
  /** With its `@`. */
  readonly name: string;
  readonly type: SqlType;
  readonly required?: boolean;
}

/** The arguments of one call by lower-case parameter name; absent when not supplied. */
export type Arguments = ReadonlyMap<string, SqlValue>;

export interface ProcedureDefinition {
  readonly database: 'msdb' | 'rdsadmin';
  readonly name: string;
  readonly parameters: readonly ParameterDefinition[];
  run(args: Arguments, context: FunctionContext): ProcedureResult;
}

/** Matches what was passed to what is declared, as SQL Server does. @throws SqlError 201, 8143-8145, 8114 */
export function bindArguments(
  { name: procedure, parameters }: ProcedureDefinition,
  passed: readonly RpcParameter[],
): Arguments {
  const bound = new Map<string, SqlValue>();
  let named = false;
  for (const [at, argument] of passed.entries()) {
    if (named && argument.name === '') {
      throw new SqlError(
        119,
        15,
        1,
        `Must pass parameter number ${at + 1} and subsequent parameters as '@name = value'. ` +
          "After the form '@name = value' has been used, all subsequent parameters must be passed in the form '@name = value'.",
      );
    }
    named ||= argument.name !== '';
    const definition = named
      ? parameters.find(({ name }) => name.toLowerCase() === argument.name.toLowerCase())
      : parameters[at];
    if (!definition) {
      throw named
        ? sqlErrors.parameterUnknown(procedure, argument.name)
        : sqlErrors.tooManyArguments(procedure);
    }
    const key = definition.name.toLowerCase();
    if (bound.has(key)) throw sqlErrors.parameterTwice(procedure, definition.name);
    if (argument.useDefault) continue;
    try {
      bound.set(key, convert(argument, definition.type));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      throw sqlErrors.parameterType(procedure, typeName(argument.type), typeName(definition.type));
    }
  }
  const missing = parameters.find(
    ({ name, required }) => required && !bound.has(name.toLowerCase()),
  );
  if (missing) throw sqlErrors.parameterMissing(procedure, missing.name);
  return bound;
}

/** Text of an argument; undefined when absent, NULL or blank. */
export function textArgument(args: Arguments, name: string): string | undefined {
  const value = args.get(name);
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}

export function numberArgument(args: Arguments, name: string): number | undefined {
  const value = args.get(name);
  return typeof value === 'number' ? value : undefined;
}

export function flagArgument(args: Arguments, name: string): boolean | undefined {
  const value = args.get(name);
  return typeof value === 'boolean' ? value : undefined;
}
