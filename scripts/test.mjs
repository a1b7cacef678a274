// npm test: builds, prepares what the tests need (Python clients, a VS Code) and runs every layer.
//   npm test -- --only unit,sandbox           runs those layers alone
//   npm test -- --only vscode clicks/upload   runs of their files those whose path contains a word
import { parseArgs } from 'node:util';
import { must, root } from './lib/project.mjs';
import { printTotals, runLayer } from './lib/testRun.mjs';
import { prepareConformance } from './lib/prepareConformance.mjs';
import { prepareJava } from './lib/prepareJava.mjs';
import { prepareVscode } from './lib/prepareVscode.mjs';
import { MissingPrograms } from './lib/systemPrograms.mjs';
import path from 'node:path';

/** The layers in running order, each with what has to be installed for it. */
const layers = new Map(
  /** @type {[string, () => Promise<void>][]} */ ([
    ['unit', async () => {}],
    ['sandbox', async () => {}],
    ['cli', async () => {}],
    ['conformance', prepareClients],
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
/** @type {string[]} */
const notRun = [];
for (const layer of chosen) {
  try {
    await layers.get(layer)?.();
  } catch (error) {
    if (!(error instanceof MissingPrograms)) throw error;
    if (mayBeLeftOut(layer)) {
      notRun.push(`Left out ${layer}: ${error.message}`);
    } else {
      notRun.push(`FAILED ${layer} before it began: ${error.message}`);
      process.exitCode = 1;
    }
    continue;
  }
  console.log(`\n== ${layer}`);
  results.push(await runLayer(layer, positionals));
}
console.log('');
printTotals(results);
for (const line of notRun) console.log(line);
if (results.some((result) => !result.ok)) process.exitCode = 1;

async function prepareClients() {
  await prepareConformance();
  await prepareJava();
}

/**
 * Comparing with the programs of others needs some that a user's machine may lack.
 * @param {string} layer
 */
function mayBeLeftOut(layer) {
  return layer === 'conformance' && values.only === undefined && process.env.CI !== 'true';
}
