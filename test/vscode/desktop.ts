// Runs the suites of suites/ inside the extension host of a VS Code with a window of its own.
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { root } from '../support/paths.js';
import { isForeign, quietSettings, writeSettings } from './editorProfile.js';
import { Stage } from './stage.js';
import { readEvent, type TestEvent } from './suites/eventReporter.js';

export interface DesktopRun {
  /** VS Code's program, not the command `code` that starts it and does not wait. */
  readonly executable: string;
  /** Runs those suites alone whose file name contains it. */
  readonly wanted: string;
}

export interface DesktopResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** VS Code's own, unless it ended well without a test that passed. */
  readonly exitCode: number;
}

const exitCodeOfCtrlC = 130;
const icons = { passed: '✔', failed: '✖', skipped: '﹣' };

/**
 * Sets up the stage and a fresh profile, runs the suites and prints their results as they come. When it
 * returns, nothing runs any more and nothing is left on the disk, after Ctrl-C too.
 */
export async function runOnDesktop(o: DesktopRun): Promise<DesktopResult> {
  const stopping = new AbortController();
  const stop = () => {
    stopping.abort();
  };
  // `runTests` closes VS Code at SIGINT alone, and ends this process when nobody else listens.
  const interrupt = () => process.emit('SIGINT');
  const others = ['SIGTERM', 'SIGHUP'] as const;
  process.on('SIGINT', stop);
  for (const signal of others) process.on(signal, interrupt);
  try {
    const stage = await Stage.start();
    try {
      const result = stopping.signal.aborted ? nothing : await runOnStage(stage, o);
      return stopping.signal.aborted ? { ...result, exitCode: exitCodeOfCtrlC } : result;
    } finally {
      await stage.stop();
    }
  } finally {
    process.off('SIGINT', stop);
    for (const signal of others) process.off(signal, interrupt);
  }
}

const nothing: DesktopResult = { passed: 0, failed: 0, skipped: 0, exitCode: 1 };

async function runOnStage(stage: Stage, o: DesktopRun): Promise<DesktopResult> {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-code-'));
  try {
    // On a desktop the settings of the machine are the user's.
    await writeSettings(path.join(profile, 'User'), { ...quietSettings, ...stage.settings });
    const counts = { passed: 0, failed: 0, skipped: 0 };
    let said = '';
    const onLine = (line: string) => {
      const event = readEvent(line);
      if (event === undefined) said += `${line}\n`;
      else {
        counts[event.state] += 1;
        print(describeEvent(event));
      }
    };
    const [output, errors] = [lineReader(onLine), lineReader(onLine)];
    print(`VS Code    ${o.executable}\nExtension  ${root}\nWorkspace  ${stage.workspace}\n`);
    const exitCode = await exitCodeOf(
      runTests({
        vscodeExecutablePath: o.executable,
        extensionDevelopmentPath: root,
        extensionTestsPath: path.join(root, 'out', 'test', 'vscode', 'suites', 'index.js'),
        extensionTestsEnv: {
          ...withoutForeign(),
          ...stage.env,
          RDS_BACKUP_SUITES: o.wanted,
        },
        launchArgs: [
          stage.workspace,
          `--user-data-dir=${profile}`,
          `--extensions-dir=${path.join(profile, 'extensions')}`,
          '--disable-extensions',
          '--disable-telemetry',
          '--disable-crash-reporter',
          // A keyring that is locked or missing would ask.
          '--use-inmemory-secretstorage',
        ],
        stdout: output.input,
        stderr: errors.input,
      }),
    );
    await Promise.all([output.end(), errors.end()]);
    const failed = exitCode !== 0 || counts.failed > 0;
    if (failed) print(`\nVS Code ended with ${exitCode}. It said besides:\n${said}`);
    else if (counts.passed === 0) print('\nVS Code ended well without running a suite.');
    return { ...counts, exitCode: !failed && counts.passed > 0 ? 0 : exitCode || 1 };
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Takes variables of this process away from VS Code: undefined ones are not passed on. */
const withoutForeign = (): Record<string, undefined> =>
  Object.fromEntries(
    Object.keys(process.env)
      .filter(isForeign)
      .map((name) => [name, undefined]),
  );

async function exitCodeOf(run: Promise<number>): Promise<number> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof TestRunFailedError) return error.code ?? 1;
    throw error;
  }
}

/** @returns a stream to write to, whose whole lines are handed on; `end()` waits for the last one */
function lineReader(onLine: (line: string) => void) {
  const input = new PassThrough();
  const reader = createInterface({ input }).on('line', onLine);
  return {
    input,
    end: async () => {
      const closed = once(reader, 'close');
      input.end();
      await closed;
    },
  };
}

const describeEvent = ({ title, state, error }: TestEvent): string =>
  `${icons[state]} ${title.join(' › ')}${error === undefined ? '' : `\n${error}`}`;

const print = (text: string) => {
  process.stdout.write(`${text}\n`);
};
