import type { StatementRunner } from '../nativeTasks/statement.js';
import { databasesQuery } from './queries.js';

export interface Database {
  readonly name: string;
  /** `ONLINE`, `RESTORING`, `RECOVERING`… (`sys.databases.state_desc`). */
  readonly state: string;
  /** `FULL`, `SIMPLE`, `BULK_LOGGED`. */
  readonly recoveryModel: string;
  /** Instance time, read as UTC. */
  readonly createdAt: Date | undefined;
}

const systemDatabases = ['master', 'model', 'msdb', 'tempdb', 'rdsadmin'];

/** True for the databases that every instance has. */
export const isSystemDatabase = (name: string) => systemDatabases.includes(name.toLowerCase());

/** The databases that the login may see, by name. */
export async function listDatabases(
  runner: StatementRunner,
  signal?: AbortSignal,
): Promise<Database[]> {
  const { recordsets } = await runner.run(databasesQuery, signal);
  return (recordsets[0] ?? []).map((row) => ({
    name: String(row.name),
    state: String(row.state_desc),
    recoveryModel: String(row.recovery_model_desc),
    createdAt: row.create_date instanceof Date ? row.create_date : undefined,
  }));
}
