// npm run test:windows: the engine, sandbox and CLI tests and the demo under Node for Windows;
// natively on Windows, under Wine on Linux.
import path from 'node:path';
import { must, root, runCaptured } from './lib/project.mjs';
import { printTotals, readTotals, testArguments, testFiles } from './lib/testRun.mjs';
import { prepareWine, runWindowsNode } from './lib/wine.mjs';

const layers = ['unit', 'sandbox', 'cli'];

await must('The build', process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--tests']);

const wine = process.platform === 'win32' ? undefined : await prepareWine();
/** @param {string[]} args */
const runNode = (args) =>
  wine === undefined ? runCaptured(process.execPath, args) : runWindowsNode(wine, args);

/** @param {string} layer @param {string[]} files */
async function runFiles(layer, files) {
  const { code, output } = await runNode([...testArguments(layer), ...files]);
  // On a busy machine Wine sometimes fails to make a process; no test of that file has begun then.
  const refusals = output.matchAll(/^✖ (.+\.test\.js) \([\d.]+ms\)\r?\n\s+Error: spawn UNKNOWN/gm);
  const notStarted =
    wine === undefined ? [] : [...new Set([...refusals].flatMap(([, file]) => file ?? []))];
  return { ...readTotals(layer, output, code === 0), notStarted };
}

/** @param {string} layer @param {Awaited<ReturnType<typeof runFiles>>} first */
async function startAgain(layer, first) {
  console.log(`\n-- Wine did not start ${first.notStarted.join(', ')}; once more:\n`);
  const again = await runFiles(layer, first.notStarted);
  const failed = first.failed - first.notStarted.length + again.failed;
  return {
    ...{ layer, passed: first.passed + again.passed, failed },
    ...{ skipped: first.skipped + again.skipped, ok: again.ok && failed === 0 },
  };
}

const results = [];
for (const layer of layers) {
  console.log(`\n== ${layer}, Node for Windows`);
  const result = await runFiles(layer, testFiles(layer));
  results.push(result.notStarted.length === 0 ? result : await startAgain(layer, result));
}
console.log('\n== demo, Node for Windows');
const { code } = await runNode([path.join('scripts', 'demo.mjs')]);
if (code !== 0) throw new Error(`The demo failed with exit code ${String(code)}.`);

console.log('');
printTotals(results);
if (results.some((result) => !result.ok)) process.exitCode = 1;
