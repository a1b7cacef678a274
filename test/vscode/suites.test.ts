// Runs the suites of suites/ inside the extension host of a real VS Code and repeats each of their
// results as a test of node:test.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { root } from '../support/paths.js';
import { screenshotFolder } from './pages/workbench.js';
import { runInside } from './runInside.js';
import { Stage } from './stage.js';
import { readEvent, type TestEvent } from './suites/eventReporter.js';
import { VscodeServer } from './vscodeServer.js';

const minutes = 60_000;

test('Suites inside the extension host', { timeout: 20 * minutes }, async (t) => {
  const stage = await Stage.start();
  t.after(() => stage.stop());
  const wanted = process.env.RDS_BACKUP_SUITES;
  const server = await VscodeServer.start({
    settings: stage.settings,
    runsSuites: true,
    env: { ...stage.env, ...(wanted === undefined ? {} : { RDS_BACKUP_SUITES: wanted }) },
  });
  t.after(() => server.stop());
  let told: Promise<unknown> = Promise.resolve();
  let said = '';
  const code = await runInside(server, {
    workspace: stage.workspace,
    extension: root,
    entry: 'out/test/vscode/suites/index.js',
    onLine: (text) => {
      const event = readEvent(text);
      if (event === undefined) said += `${text}\n`;
      else told = told.then(() => repeat(t, event));
    },
  });
  await told;
  if (code !== 0) {
    await mkdir(screenshotFolder, { recursive: true });
    await server.saveLogs(path.join(screenshotFolder, 'failed-suites-logs'));
    throw new Error(`The extension host ended with ${code}. It said besides:\n${said}`);
  }
});

const repeat = (t: TestContext, { title, state, error }: TestEvent) =>
  t.test(title.join(' › '), { skip: state === 'skipped' }, () => {
    if (state !== 'failed') return;
    const failure = new Error(error);
    // The stack that counts is the one from inside the editor.
    failure.stack = error ?? '';
    throw failure;
  });
