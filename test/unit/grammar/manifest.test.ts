import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { taskLogLanguage } from '../../../src/ui/ids.js';
import { root } from '../../support/paths.js';
import { grammarFile, scopeName } from './tokenize.js';

interface Manifest {
  contributes: {
    languages: { id: string; configuration: string }[];
    grammars: { language: string; scopeName: string; path: string }[];
    walkthroughs: { steps: { media: { svg: string } }[] }[];
  };
}

const { contributes } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
) as Manifest;

test('the manifest gives the log language the grammar that is tested here', () => {
  const grammar = contributes.grammars.find(({ language }) => language === taskLogLanguage);
  assert.equal(grammar?.scopeName, scopeName);
  assert.equal(path.normalize(grammar.path), grammarFile);
  const language = contributes.languages.find(({ id }) => id === taskLogLanguage);
  assert.ok(existsSync(path.join(root, language?.configuration ?? 'none')));
});

test('every step of the walkthrough has its picture', () => {
  const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map((s) => s.media.svg));
  assert.ok(pictures.length > 0);
  for (const picture of pictures) assert.ok(existsSync(path.join(root, picture)), picture);
});
