// Writes the known failures of the catalogue into the grammar of the log language; everything else
// in the grammar is written by hand. With --check it only tells whether the two agree.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { knownFailureRules } from './lib/knownFailureRules.mjs';
import { root } from './lib/project.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });

const grammarFile = path.join(root, 'syntaxes', 'rds-task-log.tmLanguage.json');
const catalogueFile = path.join(root, 'src', 'core', 'diagnosis', 'failure-catalogue.json');

/** @param {string} text @returns {unknown} */
const parse = (text) => JSON.parse(text);

const current = await readFile(grammarFile, 'utf8');
const grammar = /** @type {{ repository: object }} */ (parse(current));
const catalogue = /** @type {import('./lib/knownFailureRules.mjs').Entry[]} */ (
  parse(await readFile(catalogueFile, 'utf8'))
);
Object.assign(grammar.repository, knownFailureRules(catalogue));
const wanted = await format(JSON.stringify(grammar, null, 2), { parser: 'json', printWidth: 100 });

if (wanted === current.replaceAll('\r\n', '\n')) process.exit();
if (values.check) {
  console.error('The grammar does not have the failures of the catalogue; run: npm run grammar');
  process.exit(1);
}
await writeFile(grammarFile, wanted);
