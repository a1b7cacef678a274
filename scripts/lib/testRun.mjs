// Runs files of node:test and counts what they say.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root, runCaptured } from './project.mjs';

/**
 * Transpiled test files of one layer, for example `unit`.
 * @param {string} layer
 * @param {string[]} [words] takes only files whose path contains one of them
 */
export function testFiles(layer, words = []) {
  const folder = path.join('out', 'test', layer);
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .map((name) => path.join(folder, name))
    .sort();
}

/**
 * `unsteady` files failed, and passed when they were run once more.
 * @typedef {{ layer: string, passed: number, failed: number, skipped: number, ok: boolean, unsteady?: string[] }} LayerResult
 */

/**
 * Arguments of node before the files.
 * @param {string} layer
 */
export const testArguments = (layer) => [
  '--test',
  '--test-reporter=spec',
  `--test-concurrency=${alone(layer) ? 1 : 2}`,
];

/** An editor with its browser takes the whole machine. */
const alone = (/** @type {string} */ layer) => layer === 'vscode';

/**
 * Runs a layer's files under `node --test`, shows the report and reads its totals.
 * @param {string} layer
 * @param {string[]} words as for {@link testFiles}
 * @returns {Promise<LayerResult>}
 */
export async function runLayer(layer, words) {
  const files = testFiles(layer, words);
  if (files.length === 0) return { layer, passed: 0, failed: 0, skipped: 0, ok: false };
  return alone(layer) ? runOneByOne(layer, files) : runFiles(layer, files);
}

/** @param {string} layer @param {string[]} files */
async function runFiles(layer, files) {
  const { code, output } = await runCaptured(process.execPath, [...testArguments(layer), ...files]);
  return readTotals(layer, output, code === 0);
}

/**
 * Clicks in a browser can come too late on a busy machine: a file that fails is run once more, in an
 * editor of its own again, and the totals name it.
 * @param {string} layer
 * @param {string[]} files
 * @returns {Promise<LayerResult>}
 */
async function runOneByOne(layer, files) {
  const unsteady = [];
  const results = [];
  for (const file of files) {
    let result = await runFiles(layer, [file]);
    if (!result.ok) {
      console.log(`\n-- ${file} failed; once more:\n`);
      result = await runFiles(layer, [file]);
      if (result.ok) unsteady.push(file);
    }
    results.push(result);
  }
  const sum = sumOf(results);
  return {
    ...{ layer, passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') },
    ...{ ok: results.every(({ ok }) => ok), unsteady },
  };
}

/**
 * @param {string} layer
 * @param {string} report what the `spec` reporter printed
 * @param {boolean} exitedWell
 * @returns {LayerResult}
 */
export function readTotals(layer, report, exitedWell) {
  const total = (/** @type {string} */ name) =>
    Number(report.match(new RegExp(`^ℹ ${name} (\\d+)`, 'm'))?.[1] ?? 0);
  const passed = total('pass');
  const failed = total('fail') + total('cancelled');
  // A layer that ran nothing has not passed.
  const ok = exitedWell && failed === 0 && passed > 0;
  return { layer, passed, failed, skipped: total('skipped') + total('todo'), ok };
}

/** @param {LayerResult[]} results */
export function printTotals(results) {
  for (const { layer, passed, failed, skipped, ok, unsteady = [] } of results) {
    console.log(
      `${ok ? 'ok    ' : 'FAILED'} ${layer}: ${passed} passed, ${failed} failed, ${skipped} skipped`,
    );
    for (const file of unsteady) {
      console.log(`       unsteady: ${file} failed at first and passed when run once more`);
    }
  }
  const sum = sumOf(results);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
}

/** @param {LayerResult[]} results */
const sumOf = (results) => (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
  results.reduce((all, result) => all + result[key], 0);
