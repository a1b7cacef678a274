import { randomUUID } from 'node:crypto';
import { decode1252 } from '../tds/codePage.js';
import { convert, numberOf, textOf } from './convert.js';
import { versionOf } from './edition.js';
import { serverProperty, versionText } from './serverProperties.js';
import type { SqlInstance } from './sqlInstance.js';
import { systemDatabases } from './sqlInstance.js';
import { SqlError, sqlErrors } from './sqlError.js';
import { type SqlType, sqlType, sysname, type Typed } from './types.js';

/** What functions know about the session that calls them. */
export interface FunctionContext {
  readonly instance: SqlInstance;
  readonly login: string;
  readonly database: string;
  readonly hostName: string;
  readonly appName: string;
  readonly transactionCount: number;
  readonly spid: number;
  readonly lastError: number;
  readonly lastRowCount: number;
}

const text = (value: string | null): Typed => ({ type: sqlType.nvarchar(4000), value });
const name = (value: string | null): Typed => ({ type: sysname, value });
const int = (value: number | null): Typed => ({ type: sqlType.int, value });
const datetime = (value: Date): Typed => ({ type: sqlType.datetime, value });

type Implementation = (args: readonly Typed[], context: FunctionContext) => Typed;

const first = (args: readonly Typed[]): Typed => args[0] ?? int(null);
const textArgument = (args: readonly Typed[], at: number) => {
  const arg = args[at];
  return !arg || arg.value === null ? undefined : textOf(arg);
};
/** A function of its first argument's text; NULL gives NULL. */
const onText =
  (change: (value: string, args: readonly Typed[]) => string): Implementation =>
  (args) => {
    const value = textArgument(args, 0);
    if (value === undefined) return text(null);
    const changed = change(value, args);
    return { type: sqlType.nvarchar(changed.length > 4000 ? 'max' : 4000), value: changed };
  };
const number = (args: readonly Typed[], at: number, fallback = 0) => {
  const arg = args[at];
  return !arg || arg.value === null ? fallback : Math.trunc(numberOf(arg));
};
const now: Implementation = (_, { instance }) => datetime(instance.clock.now());
const nowPrecise: Implementation = (_, { instance }) => ({
  type: { kind: 'datetime2', scale: 7 },
  value: instance.clock.now(),
});
const loginName: Implementation = (_, { login }) => name(login);

/** The character of a code; NULL where there is none. */
function character(
  args: readonly Typed[],
  last: number,
  type: SqlType,
  of: (code: number) => string,
): Typed {
  const code = number(args, 0, -1);
  return { type, value: code < 0 || code > last ? null : of(code) };
}

const maxReplicated = 8_000_000;

const functions: Readonly<Record<string, Implementation>> = {
  SERVERPROPERTY: (args, { instance }) => serverProperty(textArgument(args, 0) ?? '', instance),
  DB_NAME: (args, { instance, database }) =>
    args.length === 0 ? name(database) : name(databaseById(number(args, 0), instance)),
  DB_ID: (args, { instance, database }) =>
    int(databaseId(args.length === 0 ? database : (textArgument(args, 0) ?? ''), instance)),
  DATABASEPROPERTYEX: (args, { instance }) =>
    databaseProperty(textArgument(args, 0) ?? '', textArgument(args, 1) ?? '', instance),
  GETDATE: now,
  GETUTCDATE: now,
  CURRENT_TIMESTAMP: now,
  SYSDATETIME: nowPrecise,
  SYSUTCDATETIME: nowPrecise,
  SUSER_SNAME: loginName,
  SUSER_NAME: loginName,
  ORIGINAL_LOGIN: loginName,
  SYSTEM_USER: loginName,
  USER_NAME: loginName,
  CURRENT_USER: loginName,
  SESSION_USER: loginName,
  USER: loginName,
  HOST_NAME: (_, { hostName }) => name(hostName),
  APP_NAME: (_, { appName }) => name(appName),
  XACT_STATE: (_, { transactionCount }) => int(transactionCount > 0 ? 1 : 0),
  HAS_DBACCESS: (args, { instance }) =>
    int(instance.databaseName(textArgument(args, 0) ?? '') === undefined ? null : 1),
  LEN: (args) => {
    const value = textArgument(args, 0);
    return int(value === undefined ? null : value.replace(/ +$/, '').length);
  },
  DATALENGTH: (args) => {
    const { type, value } = first(args);
    if (value === null) return int(null);
    if (Buffer.isBuffer(value)) return int(value.length);
    const width = type.kind === 'nvarchar' || type.kind === 'nchar' ? 2 : 1;
    return int(textOf({ type, value }).length * width);
  },
  UPPER: onText((value) => value.toUpperCase()),
  LOWER: onText((value) => value.toLowerCase()),
  LTRIM: onText((value) => value.replace(/^ +/, '')),
  RTRIM: onText((value) => value.replace(/ +$/, '')),
  TRIM: onText((value) => value.replace(/^ +| +$/g, '')),
  QUOTENAME: onText((value) => `[${value.replaceAll(']', ']]')}]`),
  LEFT: onText((value, args) => value.slice(0, Math.max(0, number(args, 1)))),
  RIGHT: onText((value, args) => value.slice(Math.max(0, value.length - number(args, 1)))),
  SUBSTRING: onText((value, args) => {
    const start = number(args, 1) - 1;
    return value.slice(Math.max(0, start), Math.max(0, start + number(args, 2)));
  }),
  REPLACE: onText((value, args) => {
    const from = textArgument(args, 1) ?? '';
    return from === '' ? value : value.replaceAll(from, textArgument(args, 2) ?? '');
  }),
  REPLICATE: onText((value, args) => {
    const times = Math.max(0, number(args, 1));
    if (value.length * times > maxReplicated) throw sqlErrors.notImplemented('texts of this size');
    return value.repeat(times);
  }),
  CONCAT: (args) => {
    const joined = args.map((arg) => textOf(arg)).join('');
    return { type: sqlType.nvarchar(joined.length > 4000 ? 'max' : 4000), value: joined };
  },
  CHAR: (args) =>
    character(args, 0xff, { kind: 'char', length: 1 }, (code) => decode1252(Buffer.from([code]))),
  NCHAR: (args) => character(args, 0xffff, { kind: 'nchar', length: 1 }, String.fromCharCode),
  CHARINDEX: (args) => {
    const [wanted, value] = [textArgument(args, 0), textArgument(args, 1)];
    if (wanted === undefined || value === undefined) return int(null);
    return int(value.toLowerCase().indexOf(wanted.toLowerCase()) + 1);
  },
  NEWID: () => ({ type: sqlType.uniqueidentifier, value: randomUUID().toUpperCase() }),
  ABS: (args) => {
    const { type, value } = first(args);
    if (value === null) return { type, value };
    if (typeof value === 'bigint') return { type, value: value < 0n ? -value : value };
    return { type, value: Math.abs(numberOf({ type, value })) };
  },
};

export function callFunction(
  called: string,
  args: readonly Typed[],
  context: FunctionContext,
): Typed {
  const implementation = functions[called.toUpperCase()];
  if (!implementation) throw sqlErrors.unknownFunction(called);
  return implementation(args, context);
}

/** `@@NAME`; undefined when there is no such one. */
export function globalVariable(called: string, context: FunctionContext): Typed | undefined {
  switch (called.toUpperCase()) {
    case '@@VERSION':
      return { type: sqlType.nvarchar(300), value: versionText(context.instance) };
    case '@@SERVERNAME':
      return name(context.instance.serverName);
    case '@@SERVICENAME':
      return name('MSSQLSERVER');
    case '@@TRANCOUNT':
      return int(context.transactionCount);
    case '@@SPID':
      return { type: { kind: 'smallint' }, value: context.spid };
    case '@@ERROR':
      return int(context.lastError);
    case '@@ROWCOUNT':
      return int(context.lastRowCount);
    case '@@LANGUAGE':
      return name('us_english');
    case '@@DATEFIRST':
      return { type: sqlType.tinyint, value: 7 };
    case '@@NESTLEVEL':
    case '@@PROCID':
      return int(0);
    case '@@LOCK_TIMEOUT':
    case '@@TEXTSIZE':
      return int(called.toUpperCase() === '@@TEXTSIZE' ? 2_147_483_647 : -1);
    case '@@MAX_PRECISION':
      return { type: sqlType.tinyint, value: 38 };
    case '@@MICROSOFTVERSION': {
      const [major, minor, build] = versionOf(context.instance.description);
      return int((major << 24) | (minor << 16) | build);
    }
    default:
      return undefined;
  }
}

function databaseId(wanted: string, instance: SqlInstance): number | null {
  const system = systemDatabases.findIndex((system) => system === wanted.toLowerCase());
  return system >= 0 ? system + 1 : (instance.database(wanted)?.id ?? null);
}

function databaseById(id: number, instance: SqlInstance): string | null {
  return (
    systemDatabases[id - 1] ??
    instance.state.databases.find((database) => database.id === id)?.name ??
    null
  );
}

function databaseProperty(wanted: string, property: string, instance: SqlInstance): Typed {
  const stored = instance.databaseName(wanted);
  const database = instance.database(wanted);
  const variant = (value: string | null): Typed => ({
    type: sqlType.variant,
    value: value === null ? null : name(value),
  });
  if (stored === undefined) return variant(null);
  switch (property.toLowerCase()) {
    case 'status':
      return variant(database?.state ?? 'ONLINE');
    case 'recovery':
      return variant(database?.recoveryModel ?? 'SIMPLE');
    case 'updateability':
      return variant('READ_WRITE');
    case 'collation':
      return variant('SQL_Latin1_General_CP1_CI_AS');
    default:
      return variant(null);
  }
}

/** Delay of WAITFOR, in seconds: `hh:mm[:ss[.mmm]]`. */
export function delaySeconds(value: Typed): number {
  const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d+)?)?$/.exec(textOf(value).trim());
  if (!match) {
    throw new SqlError(
      148,
      15,
      1,
      `Incorrect time syntax in time string '${textOf(value)}' used with WAITFOR.`,
    );
  }
  const part = (at: number) => Number(match[at] ?? 0);
  return part(1) * 3600 + part(2) * 60 + part(3) + part(4);
}

export const asInt = (value: Typed): number | null => convert(value, sqlType.int) as number | null;
