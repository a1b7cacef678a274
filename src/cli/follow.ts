import { diagnose } from '../core/diagnosis/diagnose.js';
import type { Situation } from '../core/diagnosis/situation.js';
import { isCancelled } from '../core/errors.js';
import type { TaskEvent } from '../core/nativeTasks/followTask.js';
import { isTerminal, type TaskRow } from '../core/nativeTasks/taskRow.js';
import { watchTask } from '../core/nativeTasks/watchTask.js';
import { taskName } from '../core/text/taskFacts.js';
import { formatDuration } from '../core/text/units.js';
import { diagnosisText } from './text/diagnosisText.js';
import { exitCode, type ExitCode } from './exitCode.js';
import { diagnosisJson } from './failure.js';
import type { ProgressDisplay } from './terminal/output.js';
import type { CommandContext } from './arguments/command.js';
import type { awsOptions, followOptions, sqlOptions } from './arguments/commonOptions.js';
import { type Server, serverArguments } from './targets/server.js';
import { lifecycleText, messageText } from './text/taskText.js';

type FollowContext = CommandContext<typeof awsOptions & typeof sqlOptions & typeof followOptions>;

/**
 * Shows a task as it goes until it ends, then how it ended and, where it failed, why. Being stopped
 * leaves the task running: it says so, and how to go on.
 * @param situationOf looks up what the diagnosis needs to know, when a task has failed
 * @returns `done` only when the task succeeded
 */
export async function follow(
  context: FollowContext,
  server: Server,
  taskId: number,
  situationOf: (row: TaskRow) => Promise<Situation>,
): Promise<ExitCode> {
  const { host, output } = context;
  const started = performance.now();
  const pollMs = context.options.poll === undefined ? undefined : context.options.poll * 1000;
  const pace = { pollMs, maxPollMs: pollMs };
  const signal = AbortSignal.any([host.signal, host.outputClosed]);
  try {
    using display = output.progress({ terminalOnly: true });
    for await (const event of watchTask({ connect: server.connect, taskId, signal, ...pace })) {
      if (event.kind === 'done') {
        display[Symbol.dispose]();
        const seconds = (performance.now() - started) / 1000;
        return await showEnd(context, event.row, seconds, situationOf);
      }
      show(context, taskId, event, display);
    }
  } catch (error) {
    if (!isCancelled(error) || !signal.aborted) throw error;
  }
  return stopped(context, taskId);
}

function show(
  { output }: FollowContext,
  taskId: number,
  event: Exclude<TaskEvent, { kind: 'done' }>,
  display: ProgressDisplay,
): void {
  const { style } = output;
  switch (event.kind) {
    case 'state':
      output.event({ event: 'state', taskId, lifecycle: event.lifecycle });
      // The end is told after the last messages.
      if (!isTerminal(event.lifecycle)) {
        output.text(`Task ${taskId} is ${lifecycleText(event.lifecycle, style)}.`);
      }
      break;
    case 'percent':
      output.event({ event: 'percent', taskId, percent: event.percent });
      display.show({ label: `Task ${taskId}`, fraction: event.percent / 100, details: [] });
      break;
    case 'message': {
      const { stamp, text } = event.message;
      output.event({ event: 'message', taskId, stamp, text });
      output.text(messageText(event.message, style));
      break;
    }
    case 'connection-lost': {
      const { error, attempt, retryInMs } = event;
      output.event({ event: 'connection-lost', taskId, message: error.message, attempt });
      output.warn(`${error.message} Trying again in ${formatDuration(retryInMs / 1000)}.`);
      break;
    }
    case 'reconnected':
      output.event({ event: 'reconnected', taskId });
      output.notice('Connected again.');
  }
}

async function showEnd(
  { output }: FollowContext,
  row: TaskRow,
  seconds: number,
  situationOf: (row: TaskRow) => Promise<Situation>,
): Promise<ExitCode> {
  const succeeded = row.lifecycle === 'SUCCESS';
  const diagnosis =
    row.lifecycle === 'ERROR' ? diagnose(row.taskInfo, await situationOf(row)) : undefined;
  output.event({
    event: 'result',
    task: row,
    succeeded,
    ...(diagnosis !== undefined && { diagnosis: diagnosisJson(diagnosis) }),
  });
  const { style, noticeStyle, noticeWidth } = output;
  const time = formatDuration(seconds);
  if (succeeded) {
    output.text(style.green(`Task ${row.taskId} succeeded after ${time}: ${taskName(row)}.`));
    return exitCode.done;
  }
  const how = row.lifecycle === 'CANCELLED' ? 'was cancelled' : 'failed';
  output.notice(
    `${noticeStyle.red('Error:')} Task ${row.taskId} ${how} after ${time}: ${taskName(row)}.`,
  );
  if (diagnosis !== undefined) output.notice(diagnosisText(diagnosis, noticeStyle, noticeWidth));
  return exitCode.failed;
}

function stopped(context: FollowContext, taskId: number): ExitCode {
  const { output, host } = context;
  if (!host.signal.aborted) return exitCode.done;
  const server = serverArguments(context);
  output.event({ event: 'stopped', taskId, taskGoesOn: true });
  output.notice(
    [
      `Task ${taskId} goes on on the instance; only following it has stopped.`,
      `  Follow it again:  rds-backup task ${taskId} --follow ${server}`,
      `  Cancel it:        rds-backup cancel ${taskId} ${server}`,
    ].join('\n'),
  );
  return exitCode.cancelled;
}
