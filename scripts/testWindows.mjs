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

const results = [];
for (const layer of layers) {
  console.log(`\n== ${layer}, Node for Windows`);
  const { code, output } = await runNode([...testArguments(layer), ...testFiles(layer)]);
  results.push(readTotals(layer, output, code === 0));
}
console.log('\n== demo, Node for Windows');
const { code } = await runNode([path.join('scripts', 'demo.mjs')]);
if (code !== 0) throw new Error(`The demo failed with exit code ${String(code)}.`);

console.log('');
printTotals(results);
if (results.some((result) => !result.ok)) process.exitCode = 1;
