import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { root } from '../support/paths.js';
import { accepts } from '../support/ports.js';
import type { StageFacts } from '../vscode/stage.js';

/** What the stand-in for VS Code saw. */
interface Report {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly facts: StageFacts;
  readonly awsConfig: string;
  readonly workspace: readonly string[];
}

// Stands in the place of VS Code: writes down what it was started with, prints what FAKE_OUTPUT says and
// ends with FAKE_EXIT, or runs on without one.
const fakeVscode = `
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
const args = process.argv.slice(2);
const value = (name) => args.find((arg) => arg.startsWith(name + '='))?.slice(name.length + 1);
const settings = path.join(value('--user-data-dir'), 'User', 'settings.json');
const report = {
  args,
  env: process.env,
  settings: JSON.parse(readFileSync(settings, 'utf8')),
  facts: JSON.parse(readFileSync(process.env.RDS_BACKUP_STAGE, 'utf8')),
  awsConfig: readFileSync(process.env.AWS_CONFIG_FILE, 'utf8'),
  workspace: readdirSync(args[0]),
};
writeFileSync(process.env.FAKE_REPORT + '~', JSON.stringify(report));
renameSync(process.env.FAKE_REPORT + '~', process.env.FAKE_REPORT);
process.stdout.write(process.env.FAKE_OUTPUT ?? '');
process.stderr.write('[main] a warning of Electron\\n');
if (process.env.FAKE_EXIT === undefined) setInterval(() => {}, 1000);
else process.exitCode = Number(process.env.FAKE_EXIT);
`;

const result = (state: string, title: string, error?: string) =>
  `@suite-result ${JSON.stringify({ title: ['Some suite', title], state, error })}\n`;

describe('npm run test:electron', () => {
  let folder: string;
  let vscode: string;
  let temporary: string;
  let reportFile: string;

  before(async () => {
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'rds-backup-electron-test-')));
    temporary = path.join(folder, 'temporary');
    reportFile = path.join(folder, 'report.json');
    await mkdir(temporary);
    const script = path.join(folder, 'vscode.mjs');
    await writeFile(script, fakeVscode);
    const windows = process.platform === 'win32';
    vscode = path.join(folder, windows ? 'A Code.cmd' : 'A Code');
    await writeFile(
      vscode,
      windows
        ? `@"${process.execPath}" "${script}" %*\r\n`
        : `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`,
    );
    await chmod(vscode, 0o755);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  // Whatever happened, nothing may be left on the disk.
  afterEach(async () => {
    await rm(reportFile, { force: true });
    assert.deepEqual(await readdir(temporary), []);
  });

  /** Runs the script as on a desktop; undefined takes a variable away. */
  function run(
    env: Readonly<Record<string, string | undefined>>,
    args: readonly string[] = [],
    onSpawn?: (child: ChildProcess) => void,
  ) {
    const script = path.join(root, 'scripts', 'testElectron.mjs');
    const child = spawn(process.execPath, [script, '--no-build', ...args], {
      env: {
        ...process.env,
        ...{ TMPDIR: temporary, TEMP: temporary, TMP: temporary },
        ...{ DISPLAY: ':77', VSCODE_PATH: vscode, FAKE_REPORT: reportFile },
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Something that is left open would let it wait for ever.
      timeout: 120_000,
      killSignal: 'SIGKILL',
    });
    onSpawn?.(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        resolve({ code, output });
      });
    });
  }

  const report = async () => JSON.parse(await readFile(reportFile, 'utf8')) as Report;

  /** Holds when nothing listens where the sandbox and the way to it were. */
  async function assertStopped({ facts }: Report): Promise<void> {
    const { endpointUrl, sandbox } = facts;
    const ports = [endpointUrl, sandbox.endpointUrl].map((url) => Number(new URL(url).port));
    for (const port of [...ports, ...sandbox.instances.map((instance) => instance.port)]) {
      assert.equal(await accepts(port), false, `port ${port}`);
    }
  }

  it('starts VS Code on the stage with a profile of its own', async () => {
    const { code, output } = await run(
      {
        FAKE_EXIT: '0',
        FAKE_OUTPUT: `[main] noise\n${result('passed', 'works')}${result('skipped', 'waits')}`,
        // What the person who runs this has set must not reach the suites.
        ...{ AWS_PROFILE: 'production', AWS_ACCESS_KEY_ID: 'AKIA', NODE_OPTIONS: '--no-warnings' },
        RDS_BACKUP_PASSWORD: 'secret',
      },
      ['transcript'],
    );
    assert.equal(code, 0, output);
    assert.match(output, /✔ Some suite › works\n﹣ Some suite › waits\n/);
    assert.match(output, /^ok {5}electron: 1 passed, 0 failed, 1 skipped$/m);
    assert.doesNotMatch(output, /noise/);

    const seen = await report();
    const { args, env, settings, facts } = seen;
    const profile = args.find((arg) => arg.startsWith('--user-data-dir='))!.split('=')[1]!;
    assert.equal(args[0], facts.workspace);
    for (const arg of [
      '--disable-extensions',
      '--use-inmemory-secretstorage',
      `--extensions-dir=${path.join(profile, 'extensions')}`,
      `--extensionDevelopmentPath=${root}`,
      `--extensionTestsPath=${path.join(root, 'out', 'test', 'vscode', 'suites', 'index.js')}`,
    ]) {
      assert.ok(args.includes(arg), `${arg}; there are ${args.join(' ')}`);
    }
    assert.equal(path.dirname(profile), temporary);
    assert.ok(seen.workspace.includes('northwind.bak'));

    assert.equal(settings['rdsBackup.endpointUrl'], facts.endpointUrl);
    assert.equal(settings['rdsBackup.caFile'], facts.sandbox.instances[0]!.caFile);
    assert.equal(settings['rdsBackup.profile'], 'sandbox');
    assert.equal(settings['workbench.startupEditor'], 'none');
    assert.match(seen.awsConfig, /^\[profile sandbox\]/);

    assert.equal(env['RDS_BACKUP_SUITES'], 'transcript');
    for (const name of [
      'AWS_PROFILE',
      'AWS_ACCESS_KEY_ID',
      'NODE_OPTIONS',
      'RDS_BACKUP_PASSWORD',
    ]) {
      assert.equal(env[name], undefined, name);
    }
    await assertStopped(seen);
  });

  it('passes on a failure, with all that VS Code said', async () => {
    const { code, output } = await run({
      FAKE_EXIT: '7',
      FAKE_OUTPUT: result('passed', 'works') + result('failed', 'breaks', 'Error: 1 is not 2'),
    });
    assert.equal(code, 7, output);
    assert.match(output, /✖ Some suite › breaks\nError: 1 is not 2\n/);
    assert.match(output, /VS Code ended with 7\. It said besides:\n.*a warning of Electron/);
    assert.match(output, /^FAILED electron: 1 passed, 1 failed, 0 skipped$/m);
    await assertStopped(await report());
  });

  it('fails when no suite ran', async () => {
    const { code, output } = await run({ FAKE_EXIT: '0' });
    assert.equal(code, 1, output);
    assert.match(output, /ended well without running a suite/);
    assert.match(output, /^FAILED electron: 0 passed/m);
  });

  const noSignals = process.platform === 'win32' ? 'needs signals' : false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`closes everything at ${signal}`, { skip: noSignals }, async () => {
      const { code, output } = await run({}, [], (child) => {
        const look = setInterval(() => {
          void report().then(
            () => {
              clearInterval(look);
              child.kill(signal);
            },
            () => undefined,
          );
        }, 50);
        child.once('close', () => {
          clearInterval(look);
        });
      });
      assert.equal(code, 130, output);
      await assertStopped(await report());
    });
  }

  it('says that it needs a download or VSCODE_PATH', async () => {
    const { code, output } = await run({
      VSCODE_PATH: '',
      RDS_BACKUP_TEST_CACHE: path.join(folder, 'cache'),
      // Nothing listens there, so that the download fails wherever this runs.
      npm_config_https_proxy: 'http://127.0.0.1:1',
    });
    assert.equal(code, 2, output);
    assert.match(output, /could not be downloaded from update\.code\.visualstudio\.com \(.+\)/);
    assert.match(output, /Connect to the internet, or set VSCODE_PATH to the program/);
    assert.doesNotMatch(output, / at .*:\d+:\d+/);
  });

  it('says what is wrong with VSCODE_PATH', async () => {
    const missing = await run({ VSCODE_PATH: path.join(folder, 'nowhere') });
    assert.equal(missing.code, 2, missing.output);
    assert.match(missing.output, /VSCODE_PATH names .*nowhere, which is no file/);

    const command = path.join(folder, 'bin', 'code');
    await mkdir(path.dirname(command));
    await writeFile(command, '');
    const wrong = await run({ VSCODE_PATH: command });
    assert.equal(wrong.code, 2, wrong.output);
    assert.match(wrong.output, /the command that only starts VS Code/);
  });

  const noDisplays = process.platform === 'linux' ? false : 'every desktop has one';
  it('says how to go on without a display', { skip: noDisplays }, async () => {
    const { code, output } = await run({ DISPLAY: undefined, WAYLAND_DISPLAY: undefined });
    assert.equal(code, 2, output);
    assert.match(output, /neither DISPLAY nor WAYLAND_DISPLAY is set.*xvfb-run/);
  });
});
