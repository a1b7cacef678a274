import type { SqlInstance } from '../sqlserver/sqlInstance.js';
import { engineFailure } from './taskFailure.js';
import { processed } from './engineMessages.js';
import type { Task } from './task.js';
import type { TaskLog } from './taskLog.js';

const recoverySeconds = 3;

/** `rds_finish_restore`: brings a RESTORING database online. @throws TaskFailure */
export async function runFinishRestore(
  task: Task,
  instance: SqlInstance,
  log: TaskLog,
  signal: AbortSignal,
): Promise<void> {
  log.add('Task execution has started.');
  await instance.clock.sleep(recoverySeconds, signal);
  const database = instance.database(task.databaseName);
  if (!database) {
    throw engineFailure(
      'RESTORE DATABASE',
      `Database '${task.databaseName}' does not exist. Make sure that the name is entered correctly.`,
    );
  }
  if (database.state === 'ONLINE') {
    throw engineFailure('RESTORE DATABASE', 'The database is already fully recovered.');
  }
  database.state = 'ONLINE';
  instance.save();
  log.percent(100);
  log.add(
    processed('RESTORE', 'DATABASE', 0, recoverySeconds),
    'Command execution completed successfully.',
  );
}
