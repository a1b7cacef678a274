import { isSystemDatabase, listDatabases } from '../../core/sql/databases.js';
import { databasesQuery } from '../../core/sql/queries.js';
import { formatTime } from '../../core/text/times.js';
import { defineCommand } from '../arguments/command.js';
import { awsOptions, sqlOptions } from '../arguments/commonOptions.js';
import { exitCode } from '../exitCode.js';
import { printSql } from '../text/printSql.js';
import { checkServerOptions, withConnection } from '../targets/server.js';
import { table } from '../text/text.js';

export const databases = defineCommand({
  name: 'databases',
  summary: 'list the databases of an instance',
  description: 'Lists the databases of an instance with state and recovery model.',
  positionals: [],
  options: {
    system: { type: 'flag', summary: 'show the system databases too' },
    ...sqlOptions,
    ...awsOptions,
  },
  examples: ['rds-backup databases --instance mydb'],
  async run(context) {
    const { options, output, host } = context;
    checkServerOptions(context);
    if (options['print-sql']) return printSql(databasesQuery, output);
    const all = await withConnection(context, (connection) =>
      listDatabases(connection, host.signal),
    );
    const shown = all.filter(({ name }) => options.system || !isSystemDatabase(name));
    output.result({ databases: shown }, () => {
      if (shown.length === 0) return 'No databases besides those of the system.';
      const rows = shown.map((database) => [
        database.name,
        database.state,
        database.recoveryModel,
        formatTime(database.createdAt),
      ]);
      const [headings = '', ...lines] = table(['Database', 'State', 'Recovery', 'Created'], rows);
      return [output.style.bold(headings), ...lines].join('\n');
    });
    return exitCode.done;
  },
});
