import { raised, SqlError, sqlErrors } from '../sqlError.js';
import { systemDatabases } from '../sqlInstance.js';
import { sysname } from '../types.js';
import { type ProcedureDefinition, textArgument } from './procedure.js';
import { pendingTasks, taskAlreadyIssued } from './submission.js';

const nothing = { messages: [], recordsets: [] };

export const dropDatabase: ProcedureDefinition = {
  database: 'msdb',
  name: 'rds_drop_database',
  parameters: [{ name: '@db_name', type: sysname, required: true }],
  run(args, { instance, transactionCount }) {
    if (transactionCount > 0) {
      throw new SqlError(
        574,
        16,
        0,
        'DROP DATABASE statement cannot be used inside a user transaction.',
      );
    }
    const name = textArgument(args, '@db_name') ?? '';
    if (systemDatabases.some((system) => system === name.toLowerCase())) {
      throw new SqlError(
        3708,
        16,
        4,
        `Cannot drop the database '${name}' because it is a system database.`,
      );
    }
    const database = instance.database(name);
    if (!database) {
      throw new SqlError(
        3701,
        11,
        1,
        `Cannot drop the database '${name}', because it does not exist or you do not have permission.`,
      );
    }
    const [pending] = pendingTasks(instance, name);
    if (pending) throw raised(taskAlreadyIssued(name, pending));
    instance.state.databases = instance.state.databases.filter((other) => other !== database);
    instance.save();
    return nothing;
  },
};

export const modifyDatabaseName: ProcedureDefinition = {
  database: 'rdsadmin',
  name: 'rds_modify_db_name',
  parameters: [
    { name: '@old_db_name', type: sysname, required: true },
    { name: '@new_db_name', type: sysname, required: true },
  ],
  run(args, { instance }) {
    const oldName = textArgument(args, '@old_db_name') ?? '';
    const newName = textArgument(args, '@new_db_name') ?? '';
    const database = instance.database(oldName);
    if (!database) throw sqlErrors.unknownDatabase(oldName);
    if (newName === '') throw raised("The new database name can't be empty or null.");
    if (instance.description.multiAz) {
      throw raised(
        `Database '${database.name}' cannot be renamed while the DB instance is Multi-AZ. Turn Multi-AZ off, rename the database, and turn it on again.`,
      );
    }
    const [pending] = pendingTasks(instance, oldName);
    if (pending) throw raised(taskAlreadyIssued(oldName, pending));
    const taken = instance.collidingName(newName);
    if (taken !== undefined && taken !== database.name) {
      throw new SqlError(
        1801,
        16,
        3,
        `Database '${taken}' already exists. Choose a different database name.`,
      );
    }
    database.name = newName;
    instance.save();
    return nothing;
  },
};
