// npm test: builds, prepares what the tests need (Python clients, a VS Code) and runs every layer.
//   npm test -- --only unit,sandbox           runs those layers alone
//   npm test -- --only vscode clicks/upload   runs of their files those whose path contains a word
import { parseArgs } from 'node:util';
import { must, root } from './lib/project.mjs';
import { printTotals, runLayer } from './lib/testRun.mjs';
import { prepareConformance } from './lib/prepareConformance.mjs';
import { prepareVscode } from './lib/prepareVscode.mjs';
import path from 'node:path';

/** The layers in running order, each with what has to be installed for it. */
const layers = new Map(
  /** @type {[string, () => Promise<void>][]} */ ([
    ['unit', async () => {}],
    ['sandbox', async () => {}],
    ['cli', async () => {}],
    ['conformance', prepareConformance],
    ['vscode', prepareVscode],
  ]),
);

const { values, positionals } = parseArgs({
  options: { only: { type: 'string' } },
  allowPositionals: true,
});
const chosen = values.only?.split(',') ?? [...layers.keys()];
const unknown = chosen.filter((layer) => !layers.has(layer));
if (unknown.length > 0) {
  console.error(`No test layer ${unknown.join(', ')}; there are ${[...layers.keys()].join(', ')}.`);
  process.exit(2);
}

await must('The build', process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--tests']);

const results = [];
for (const layer of chosen) {
  await layers.get(layer)?.();
  console.log(`\n== ${layer}`);
  results.push(await runLayer(layer, positionals));
}
console.log('');
printTotals(results);
if (results.some((result) => !result.ok)) process.exitCode = 1;
