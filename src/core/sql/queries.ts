import type { Statement } from '../nativeTasks/statement.js';

/**
 * Every query text that the product sends to an instance; all else it sends are `rds_*` procedures by
 * RPC (`nativeTasks/statements.ts`). `SERVERPROPERTY` is cast because it returns `sql_variant`, which
 * not every driver and server can carry.
 */

/** One row: `product_version`, `product_level`, `edition`, `collation`, `server_name`. */
export const instanceFactsQuery: Statement = {
  kind: 'query',
  text: `SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
       CAST(SERVERPROPERTY('ProductLevel') AS nvarchar(128)) AS product_level,
       CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
       CAST(SERVERPROPERTY('Collation') AS nvarchar(128)) AS collation,
       CAST(SERVERPROPERTY('ServerName') AS nvarchar(128)) AS server_name`,
  parameters: [],
};

/** One row per database: `name`, `state_desc`, `recovery_model_desc`, `create_date`. */
export const databasesQuery: Statement = {
  kind: 'query',
  text: 'SELECT name, state_desc, recovery_model_desc, create_date FROM sys.databases ORDER BY name',
  parameters: [],
};
