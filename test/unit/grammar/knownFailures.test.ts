import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { catalogue } from '../../../src/core/diagnosis/catalogue.js';
import { diagnose } from '../../../src/core/diagnosis/diagnose.js';
import { collapse, parseTaskInfo } from '../../../src/core/nativeTasks/taskInfo.js';
import { fixture, root, sharedFolder, skipWithoutShared } from '../../support/paths.js';
import { failuresIn, loadTokenizer } from './tokenize.js';

const tokenize = await loadTokenizer();

/** Text without its message boundaries, as the catalogue shows it, on one line of a transcript. */
const onOneLine = (text: string) => tokenize(`[2026-11-24 22:10:11.123] ${collapse(text)}`);

describe('known failures in the log language', () => {
  it('are those of the catalogue', () => {
    const script = path.join(root, 'scripts', 'grammar.mjs');
    const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
  });

  /** Entries whose sample is coloured as another's, whose match starts earlier in it. */
  const coveredByOthers = ['backup-window-collision-probable', 'io-995'];

  for (const { id, sample, severity, role } of catalogue()) {
    it(`colour the sample of ${id}`, () => {
      const tokens = onOneLine(sample);
      const token = role === 'symptom' || severity === 'warning' ? 'warn' : severity;
      const own = tokens.some(({ scopes }) =>
        scopes.includes(`token.${token}-token.${id}.rds-task`),
      );
      assert.equal(own, !coveredByOthers.includes(id));
      if (!own) assert.ok(failuresIn(tokens).some((found) => found !== 'unknown'));
    });
  }

  it('are not seen in what the transcript says about them', () => {
    for (const { title, cause, fix } of catalogue()) {
      for (const line of [`  ${title}`, `    Cause  ${cause}`, `    Fix    ${fix}`]) {
        assert.deepEqual(failuresIn(tokenize(line)), [], line);
      }
    }
  });
});

/** What is coloured as a known failure is what the diagnosis explains, message by message. */
function holdAgainstDiagnosis(text: string) {
  for (const { stamp, text: message } of parseTaskInfo(text)) {
    const line = stamp === undefined ? message : `[${stamp}] ${message}`;
    const known = failuresIn(tokenize(line)).filter((id) => id !== 'unknown' && id !== 'state');
    assert.equal(known.length > 0, diagnose(message) !== undefined, line);
  }
}

describe('messages of tasks', () => {
  for (const name of readdirSync(fixture('transcripts')).filter((it) => !it.endsWith('.snap'))) {
    it(`are coloured where a failure is explained: ${name}`, () => {
      const lines = readFileSync(fixture('transcripts', name), 'utf8').split('\n');
      holdAgainstDiagnosis(lines.filter((line) => /^\[|^Task/.test(line)).join('\r'));
    });
  }
});

describe('captured traces', { skip: skipWithoutShared }, () => {
  const folder = path.join(sharedFolder ?? '', 'reference', 'traces');
  const names = sharedFolder === undefined ? [] : readdirSync(folder);
  const body = (name: string) =>
    readFileSync(path.join(folder, name), 'utf8').replaceAll(/^#.*$/gm, '').trim();

  /** Tasks that succeed, and rows whose text is cut off before it says how they ended. */
  const healthy = ['01', '08', '09', '13', '20', '21'];

  for (const name of names) {
    it(`are coloured where a failure is explained: ${name}`, () => {
      holdAgainstDiagnosis(body(name));
    });
    it(`show their failures as they stand, several messages on a line: ${name}`, () => {
      const failures = body(name)
        .split('\n')
        .flatMap((line) => failuresIn(tokenize(line.trimEnd())));
      assert.equal(failures.length > 0, !healthy.includes(name.slice(0, 2)));
    });
  }
});
