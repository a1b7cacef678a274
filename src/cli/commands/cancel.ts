import { cancelTask } from '../../core/nativeTasks/statements.js';
import { defineCommand } from '../arguments/command.js';
import { awsOptions, sqlOptions } from '../arguments/commonOptions.js';
import { exitCode } from '../exitCode.js';
import { printSql } from '../text/printSql.js';
import { checkServerOptions, withConnection } from '../targets/server.js';
import { parseTaskId } from '../arguments/taskId.js';

export const cancel = defineCommand({
  name: 'cancel',
  summary: 'cancel a task on the instance',
  description:
    'Asks the instance to cancel a task (rds_cancel_task). The task ends a little later; ' +
    '"rds-backup task ID --follow" shows when.',
  positionals: [{ name: 'ID' }],
  options: { ...sqlOptions, ...awsOptions },
  examples: ['rds-backup cancel 5 --instance mydb'],
  async run(context) {
    const { options, positionals, output, host } = context;
    const taskId = parseTaskId(positionals[0]);
    checkServerOptions(context);
    const statement = cancelTask(taskId);
    if (options['print-sql']) return printSql(statement, output);
    const { messages } = await withConnection(context, (connection) =>
      connection.run(statement, host.signal),
    );
    output.result({ taskId, cancelRequested: true, messages }, () =>
      [`The instance was asked to cancel task ${taskId}.`, ...messages].join('\n'),
    );
    return exitCode.done;
  },
});
