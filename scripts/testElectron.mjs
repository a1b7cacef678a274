// npm run test:electron: runs the suites of test/vscode/suites in the extension host of a VS Code with a
// window, through @vscode/test-electron: the newest release, which it downloads, or the VS Code whose
// program VSCODE_PATH names.
//   npm run test:electron -- tasks        runs those suites alone whose file name contains the word
//   npm run test:electron -- --no-build   runs what was built before
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { desktopVscode, MissingHere, requireDisplay } from './lib/desktopVscode.mjs';
import { must, root } from './lib/project.mjs';
import { printTotals } from './lib/testRun.mjs';

const { values, positionals } = parseArgs({
  options: { 'no-build': { type: 'boolean', default: false } },
  allowPositionals: true,
});

try {
  requireDisplay();
  await run(await desktopVscode());
} catch (error) {
  if (!(error instanceof MissingHere)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

/** @param {string} executable */
async function run(executable) {
  if (!values['no-build']) {
    await must('The build', process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--tests']);
  }
  const built = pathToFileURL(path.join(root, 'out', 'test', 'vscode', 'desktop.js')).href;
  const { exitCode, ...counts } = await import(built).then(
    (/** @type {typeof import('../test/vscode/desktop.js')} */ { runOnDesktop }) =>
      runOnDesktop({ executable, wanted: positionals[0] ?? '' }),
  );
  console.log('');
  printTotals([{ layer: 'electron', ...counts, ok: exitCode === 0 }]);
  process.exitCode = exitCode;
}
