import { taskStatus } from '../../core/nativeTasks/statements.js';
import { readTaskRows } from '../../core/nativeTasks/taskRow.js';
import { defineCommand } from '../arguments/command.js';
import { awsOptions, sqlOptions } from '../arguments/commonOptions.js';
import { exitCode } from '../exitCode.js';
import { printSql } from '../text/printSql.js';
import { checkServerOptions, withConnection } from '../targets/server.js';
import { taskTable } from '../text/taskText.js';

export const tasks = defineCommand({
  name: 'tasks',
  summary: 'list the backup and restore tasks of an instance',
  description: 'Lists the native backup and restore tasks of the last 36 days, newest first.',
  positionals: [],
  options: {
    database: { type: 'text', value: 'NAME', summary: 'only tasks of this database' },
    ...sqlOptions,
    ...awsOptions,
  },
  examples: [
    'rds-backup tasks --instance mydb',
    'rds-backup tasks --instance mydb --database Northwind --json',
  ],
  async run(context) {
    const { options, output, host } = context;
    checkServerOptions(context);
    const statement = taskStatus({ databaseName: options.database });
    if (options['print-sql']) return printSql(statement, output);
    const rows = await withConnection(context, async (connection) =>
      readTaskRows(await connection.run(statement, host.signal)),
    );
    output.result({ tasks: rows }, () =>
      rows.length === 0 ? 'No tasks in the last 36 days.' : taskTable(rows, output.style),
    );
    return exitCode.done;
  },
});
