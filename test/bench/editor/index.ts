// Runs inside the extension host: `extensionTestsPath` names this file.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { type EditorFigures, mark } from './figures.js';

const extensionId = 'rds-sqlserver-backup.rds-sqlserver-backup';

/** Measures the activation, then an upload by the task in the workspace's tasks.json. */
export async function run(): Promise<void> {
  const activated = await activation();
  const [task] = await vscode.tasks.fetchTasks({ type: 'rdsBackup' });
  if (task === undefined) throw new Error('The workspace has no task of type rdsBackup.');
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const ended = new Promise<number | undefined>((resolve) => {
    vscode.tasks.onDidEndTaskProcess(({ exitCode }) => {
      resolve(exitCode);
    });
  });
  delays.enable();
  const started = performance.now();
  await vscode.tasks.executeTask(task);
  const exitCode = await ended;
  const uploadS = (performance.now() - started) / 1000;
  delays.disable();
  if (exitCode !== 0) throw new Error(`The upload ended with ${String(exitCode)}.`);
  const figures: EditorFigures = {
    ...activated,
    uploadS,
    delayMs: {
      p50: delays.percentile(50) / 1e6,
      p99: delays.percentile(99) / 1e6,
      max: delays.max / 1e6,
    },
  };
  console.log(mark + JSON.stringify(figures));
}

async function activation(): Promise<Pick<EditorFigures, 'activateMs' | 'loadMs' | 'readyMs'>> {
  const extension = vscode.extensions.getExtension(extensionId);
  if (extension === undefined || extension.isActive) {
    throw new Error('The extension is not there, or was activated before it was asked for.');
  }
  const started = performance.now();
  await extension.activate();
  const readyMs = performance.now() - started;
  return {
    activateMs: between('willActivateExtension', 'didActivateExtension'),
    loadMs: between('willLoadExtensionCode', 'didLoadExtensionCode'),
    readyMs,
  };
}

/** What VS Code itself notes of the extension, from one of its marks to another. */
function between(begin: string, end: string): number {
  const { MonacoPerformanceMarks: noted } = globalThis as typeof globalThis & {
    MonacoPerformanceMarks: { getMarks(): { name: string; startTime: number }[] };
  };
  const at = (name: string): number => {
    const found = noted
      .getMarks()
      .find((one) => one.name === `code/extHost/${name}/${extensionId}`);
    if (found === undefined) throw new Error(`VS Code has not noted ${name}.`);
    return found.startTime;
  };
  return at(end) - at(begin);
}
