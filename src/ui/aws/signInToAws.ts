import os from 'node:os';
import * as vscode from 'vscode';
import { CancelledError, EngineError } from '../../core/errors.js';
import { configuration } from '../configuration.js';
import { signInRoute } from './signInRoute.js';

/**
 * Renews the credentials of the profile in use where the AWS CLI can: its sign-in opens the browser.
 * For other profiles whoever uses them reads the files anew.
 * @throws EngineError `aws/sign-in-failed`; CancelledError when the terminal or the message was closed
 */
export async function signInToAws(): Promise<void> {
  const { readProfiles } = await import('../../core/aws/profiles.js');
  const name = (configuration().profile ?? process.env['AWS_PROFILE']) || 'default';
  const route = signInRoute(await readProfiles(), name);
  if (route.kind !== 'cli') return;
  const line = `aws ${route.args.join(' ')}`;
  // In Restricted Mode VS Code runs no task, and does not tell when it was not allowed to.
  await (vscode.workspace.isTrusted ? runAws(route.args, line) : askToRun(line));
}

/** Waits until the user has run a command line outside of VS Code. */
async function askToRun(line: string): Promise<void> {
  const goOn = vscode.l10n.t('Continue');
  const copy = vscode.l10n.t('Copy Command');
  for (;;) {
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        'In Restricted Mode VS Code does not run the AWS CLI. Run “{0}” in a terminal of your own, then continue; or trust this workspace and sign in again.',
        line,
      ),
      goOn,
      copy,
    );
    if (chosen === undefined) throw new CancelledError();
    if (chosen === goOn) return;
    await vscode.env.clipboard.writeText(line);
  }
}

async function runAws(args: readonly string[], line: string): Promise<void> {
  const task = new vscode.Task(
    { type: 'process' },
    vscode.TaskScope.Workspace,
    vscode.l10n.t('Sign in to AWS'),
    'RDS Backup',
    // A list of arguments: no shell reads the profile's name.
    // Not in the workspace: where there is no AWS CLI, a file of that name there would be run.
    new vscode.ProcessExecution('aws', [...args], { cwd: os.homedir() }),
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
