import * as vscode from 'vscode';
import { CancelledError, EngineError } from '../../core/errors.js';
import { configuration } from '../configuration.js';
import { signInRoute } from './signInRoute.js';

/**
 * Renews the credentials of the profile in use where the AWS CLI can: its sign-in opens the browser.
 * For other profiles whoever uses them reads the files anew.
 * @throws EngineError `aws/sign-in-failed`; CancelledError when the terminal was closed
 */
export async function signInToAws(): Promise<void> {
  const { readProfiles } = await import('../../core/aws/profiles.js');
  const name = (configuration().profile ?? process.env['AWS_PROFILE']) || 'default';
  const route = signInRoute(await readProfiles(), name);
  if (route.kind === 'cli') await runAws(route.args);
}

async function runAws(args: readonly string[]): Promise<void> {
  const line = `aws ${args.join(' ')}`;
  const task = new vscode.Task(
    { type: 'process' },
    vscode.TaskScope.Workspace,
    vscode.l10n.t('Sign in to AWS'),
    'RDS Backup',
    // A list of arguments: no shell reads the profile's name.
    new vscode.ProcessExecution('aws', [...args]),
    [],
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: true };
  const exitCode = await endOf(task);
  if (exitCode === undefined) throw new CancelledError();
  if (exitCode !== 0) {
    throw new EngineError(
      'aws/sign-in-failed',
      `“${line}” ended with exit code ${exitCode}; its terminal says why. It needs the AWS CLI, version 2.`,
    );
  }
}

/** Runs a task to its end. @returns its exit code; undefined when it was ended from outside */
async function endOf(task: vscode.Task): Promise<number | undefined> {
  const listeners: vscode.Disposable[] = [];
  // It may end before its execution is known here.
  const isIt = (other: vscode.Task) => other.name === task.name && other.source === task.source;
  try {
    const ended = new Promise<number | undefined>((resolve) => {
      listeners.push(
        vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
          if (isIt(execution.task)) resolve(exitCode);
        }),
        // Also tells the end of a task whose process never started.
        vscode.tasks.onDidEndTask(({ execution }) => {
          if (isIt(execution.task)) resolve(undefined);
        }),
      );
    });
    await vscode.tasks.executeTask(task);
    return await ended;
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}
