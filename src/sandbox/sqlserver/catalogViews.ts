import { compatibilityLevelOf, versionOf } from './edition.js';
import type { Database } from './instanceState.js';
import { systemDatabases, type SqlInstance } from './sqlInstance.js';
import { sqlErrors } from './sqlError.js';
import { asInt, type FunctionContext } from './functions.js';
import { textOf } from './convert.js';
import { taskColumns, taskRows } from './taskRows.js';
import { sqlType, sysname, type Column, type SqlValue, type Typed } from './types.js';

export interface RowSet {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly SqlValue[])[];
}

const pageBytes = 8192;

/** The rows of a view or table function. `path` as written; `args` only for a function call. */
export function readSource(
  path: readonly string[],
  args: readonly Typed[] | undefined,
  context: FunctionContext,
): RowSet {
  const name = (path.at(-1) ?? '').toLowerCase();
  const schema = (path.at(-2) ?? '').toLowerCase();
  const { instance } = context;
  if (args) {
    const inMsdb = (path.at(-3) ?? context.database).toLowerCase() === 'msdb';
    if (name === 'rds_fn_task_status' && inMsdb && (schema === 'dbo' || schema === '')) {
      return taskStatus(args, instance);
    }
    throw sqlErrors.invalidObject(path.join('.'));
  }
  if (schema === 'sys') {
    switch (name) {
      case 'databases':
        return databases(instance);
      case 'master_files':
        return masterFiles(instance.state.databases);
      case 'database_files':
        return masterFiles(instance.state.databases.filter((d) => d.name === context.database));
      case 'dm_exec_connections':
        return connections(context);
    }
  }
  throw sqlErrors.invalidObject(path.join('.'));
}

function taskStatus(args: readonly Typed[], instance: SqlInstance): RowSet {
  const [database, id] = args;
  if (args.length !== 2 || !database || !id) {
    throw sqlErrors.invalidObject('msdb.dbo.rds_fn_task_status');
  }
  const name = database.value === null ? null : textOf(database);
  return { columns: taskColumns, rows: taskRows(instance, name, asInt(id) ?? 0) };
}

const int = sqlType.int;
const tinyint = sqlType.tinyint;
const bit = sqlType.bit;
const description = sqlType.nvarchar(60);

function databases(instance: SqlInstance): RowSet {
  const columns: Column[] = [
    { name: 'name', type: sysname },
    { name: 'database_id', type: int },
    { name: 'source_database_id', type: int },
    { name: 'create_date', type: sqlType.datetime },
    { name: 'compatibility_level', type: tinyint },
    { name: 'collation_name', type: sysname },
    { name: 'user_access', type: tinyint },
    { name: 'user_access_desc', type: description },
    { name: 'is_read_only', type: bit },
    { name: 'state', type: tinyint },
    { name: 'state_desc', type: description },
    { name: 'is_in_standby', type: bit },
    { name: 'recovery_model', type: tinyint },
    { name: 'recovery_model_desc', type: description },
    { name: 'is_cdc_enabled', type: bit },
    { name: 'is_encrypted', type: bit },
  ];
  const started = new Date(instance.state.startedAt);
  const level = compatibilityLevelOf(versionOf(instance.description));
  const row = (
    name: string,
    id: number,
    created: Date,
    compatibility: number,
    restoring: boolean,
    recovery: Database['recoveryModel'],
  ): SqlValue[] => [
    name,
    id,
    null,
    created,
    compatibility,
    restoring ? null : 'SQL_Latin1_General_CP1_CI_AS',
    0,
    'MULTI_USER',
    false,
    restoring ? 1 : 0,
    restoring ? 'RESTORING' : 'ONLINE',
    false,
    { FULL: 1, BULK_LOGGED: 2, SIMPLE: 3 }[recovery],
    recovery,
    false,
    false,
  ];
  return {
    columns,
    rows: [
      ...systemDatabases.map((name, at) =>
        row(name, at + 1, started, level, false, name === 'model' ? 'FULL' : 'SIMPLE'),
      ),
      ...instance.state.databases.map((d) =>
        row(
          d.name,
          d.id,
          new Date(d.createdAt),
          d.compatibilityLevel,
          d.state === 'RESTORING',
          d.recoveryModel,
        ),
      ),
    ],
  };
}

function masterFiles(databases: readonly Database[]): RowSet {
  const columns: Column[] = [
    { name: 'database_id', type: int },
    { name: 'file_id', type: int },
    { name: 'file_guid', type: sqlType.uniqueidentifier },
    { name: 'type', type: tinyint },
    { name: 'type_desc', type: description },
    { name: 'name', type: sysname },
    { name: 'physical_name', type: sqlType.nvarchar(260) },
    { name: 'state', type: tinyint },
    { name: 'state_desc', type: description },
    { name: 'size', type: int },
    { name: 'max_size', type: int },
  ];
  const pages = (bytes: number) => Math.min(2 ** 31 - 1, Math.ceil(bytes / pageBytes));
  return {
    columns,
    rows: databases.flatMap((database) =>
      database.files.map((file): SqlValue[] => [
        database.id,
        file.id,
        file.uniqueId.toUpperCase(),
        file.type === 'LOG' ? 1 : 0,
        file.type,
        file.logicalName,
        file.physicalName,
        database.state === 'RESTORING' ? 1 : 0,
        database.state,
        pages(file.sizeBytes),
        file.maxSizeBytes <= 0 ? -1 : pages(file.maxSizeBytes),
      ]),
    ),
  };
}

/** The caller's own connection; the others are none of its business here. */
function connections(context: FunctionContext): RowSet {
  return {
    columns: [
      { name: 'session_id', type: int },
      { name: 'net_transport', type: sqlType.nvarchar(40) },
      { name: 'protocol_type', type: sqlType.nvarchar(40) },
      { name: 'encrypt_option', type: sqlType.nvarchar(40) },
      { name: 'auth_scheme', type: sqlType.nvarchar(40) },
      { name: 'client_net_address', type: sqlType.varchar(48) },
    ],
    rows: [[context.spid, 'TCP', 'TSQL', 'TRUE', 'SQL', '127.0.0.1']],
  };
}
