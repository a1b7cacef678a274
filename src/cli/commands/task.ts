import type { AwsSession } from '../../core/aws/session.js';
import { diagnose } from '../../core/diagnosis/diagnose.js';
import { taskSituation } from '../../core/diagnosis/taskSituation.js';
import { EngineError } from '../../core/errors.js';
import { taskStatus } from '../../core/nativeTasks/statements.js';
import { parseTaskInfo } from '../../core/nativeTasks/taskInfo.js';
import { readTaskRows } from '../../core/nativeTasks/taskRow.js';
import { connected } from '../../core/sql/connected.js';
import { defineCommand } from '../arguments/command.js';
import { awsOptions, followOptions, sqlOptions } from '../arguments/commonOptions.js';
import { diagnosisText } from '../text/diagnosisText.js';
import { exitCode, type ExitCode } from '../exitCode.js';
import { diagnosisJson } from '../failure.js';
import { follow } from '../follow.js';
import { printSql } from '../text/printSql.js';
import {
  checkServerOptions,
  type Server,
  type ServerContext,
  withServer,
} from '../targets/server.js';
import { parseTaskId } from '../arguments/taskId.js';
import { messageText, taskText } from '../text/taskText.js';

export const task = defineCommand({
  name: 'task',
  summary: 'show one task, or follow it to its end',
  description:
    'Shows one task with all its messages and, when it failed, why and what to do. With --follow it ' +
    'stays until the task ends; Ctrl-C stops following, the task itself goes on.',
  positionals: [{ name: 'ID' }],
  options: {
    ...followOptions,
    ...sqlOptions,
    ...awsOptions,
  },
  examples: ['rds-backup task 5 --instance mydb', 'rds-backup task 5 --instance mydb --follow'],
  async run(context) {
    const { options, positionals, output } = context;
    const taskId = parseTaskId(positionals[0]);
    checkServerOptions(context);
    if (options['print-sql']) return printSql(taskStatus({ taskId }), output);
    return withServer(context, (server, session) =>
      options.follow
        ? follow(context, server, taskId, (row) =>
            taskSituation(row, {
              ...server,
              session,
              justFailed: true,
              signal: context.host.signal,
            }),
          )
        : showOnce(context, server, session, taskId),
    );
  },
});

async function showOnce(
  { output, host }: ServerContext,
  server: Server,
  session: AwsSession | undefined,
  taskId: number,
): Promise<ExitCode> {
  const result = await connected(server.connect, (connection) =>
    connection.run(taskStatus({ taskId }), host.signal),
  );
  const row = readTaskRows(result).find((candidate) => candidate.taskId === taskId);
  if (row === undefined) {
    throw new EngineError(
      'task/not-found',
      `The instance knows no task ${taskId}. "rds-backup tasks" lists those of the last 36 days.`,
    );
  }
  const messages = parseTaskInfo(row.taskInfo);
  const diagnosis =
    row.lifecycle === 'ERROR'
      ? diagnose(
          row.taskInfo,
          await taskSituation(row, { ...server, session, justFailed: false, signal: host.signal }),
        )
      : undefined;
  const extra = diagnosis === undefined ? {} : { diagnosis: diagnosisJson(diagnosis) };
  output.result({ task: row, messages, ...extra }, () =>
    [
      taskText(row, output.style, output.width),
      '',
      ...messages.map((message) => messageText(message, output.style)),
      ...(diagnosis === undefined
        ? []
        : ['', diagnosisText(diagnosis, output.style, output.width)]),
    ].join('\n'),
  );
  return exitCode.done;
}
