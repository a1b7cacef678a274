import type { RpcParameter } from '../../tds/session.js';
import type { FunctionContext } from '../functions.js';
import { SqlError, sqlErrors } from '../sqlError.js';
import { backupDatabase } from './backup.js';
import { failoverTime, setConfiguration, showConfiguration } from './configuration.js';
import { dropDatabase, modifyDatabaseName } from './databases.js';
import { bindArguments, type ProcedureDefinition, type ProcedureResult } from './procedure.js';
import { finishRestore, restoreDatabase, restoreLog } from './restore.js';
import { cancelTask, taskStatus } from './tasks.js';

const procedures: readonly ProcedureDefinition[] = [
  backupDatabase,
  restoreDatabase,
  restoreLog,
  finishRestore,
  dropDatabase,
  cancelTask,
  taskStatus,
  failoverTime,
  showConfiguration,
  setConfiguration,
  modifyDatabaseName,
];

/** RDS's other procedures: known, and refused. */
const notImplemented = [
  'rds_tlog_copy_setup',
  'rds_tlog_backup_copy_to_s3',
  'rds_backup_tde_certificate',
  'rds_restore_tde_certificate',
  'rds_drop_tde_certificate',
  'rds_download_from_s3',
  'rds_upload_to_s3',
  'rds_gather_file_details',
  'rds_delete_from_filesystem',
];

export interface Callable {
  /** @throws SqlError */
  run(parameters: readonly RpcParameter[], context: FunctionContext): ProcedureResult;
}

/** The procedure that `path` names from within `currentDatabase`; undefined when there is none. */
export function findProcedure(
  path: readonly string[],
  currentDatabase: string,
): Callable | undefined {
  const name = (path.at(-1) ?? '').toLowerCase();
  const schema = (path.at(-2) ?? '').toLowerCase();
  const database = (path.at(-3) ?? currentDatabase).toLowerCase();
  if (schema !== '' && schema !== 'dbo') return undefined;
  if (database === 'msdb' && notImplemented.includes(name)) {
    throw sqlErrors.notImplemented(name).within(name);
  }
  const found = procedures.find(
    (procedure) => procedure.name === name && procedure.database === database,
  );
  return found && { run: (parameters, context) => runProcedure(found, parameters, context) };
}

function runProcedure(
  procedure: ProcedureDefinition,
  parameters: readonly RpcParameter[],
  context: FunctionContext,
): ProcedureResult {
  try {
    return procedure.run(bindArguments(procedure, parameters), context);
  } catch (error) {
    throw error instanceof SqlError ? error.within(procedure.name) : error;
  }
}
