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

/** @typedef {{ layer: string, passed: number, failed: number, skipped: number, ok: boolean }} LayerResult */

/**
 * Arguments of node before the files. An editor with its browser takes the whole machine.
 * @param {string} layer
 */
export const testArguments = (layer) => [
  '--test',
  '--test-reporter=spec',
  `--test-concurrency=${layer === 'vscode' ? 1 : 2}`,
];

/**
 * Runs a layer's files under `node --test`, shows the report and reads its totals.
 * @param {string} layer
 * @param {string[]} words as for {@link testFiles}
 * @returns {Promise<LayerResult>}
 */
export async function runLayer(layer, words) {
  const files = testFiles(layer, words);
  if (files.length === 0) return { layer, passed: 0, failed: 0, skipped: 0, ok: false };
  const { code, output } = await runCaptured(process.execPath, [...testArguments(layer), ...files]);
  return readTotals(layer, output, code === 0);
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
  for (const { layer, passed, failed, skipped, ok } of results) {
    console.log(
      `${ok ? 'ok    ' : 'FAILED'} ${layer}: ${passed} passed, ${failed} failed, ${skipped} skipped`,
    );
  }
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    results.reduce((all, result) => all + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
}
