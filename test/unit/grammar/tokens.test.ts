import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fixture, root } from '../../support/paths.js';
import { grammarFile, scopeName } from './tokenize.js';

/** Runs a program of vscode-tmgrammar-test; patterns have slashes on every system. */
function grammarTool(name: 'unit' | 'snapshot', ...args: string[]) {
  const program = path.join(root, 'node_modules', 'vscode-tmgrammar-test', 'dist', `${name}.js`);
  const grammar = ['--grammar', grammarFile, '--config', 'no-manifest'];
  const run = spawnSync(process.execPath, [program, ...grammar, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, `${run.stdout}\n${run.stderr}`);
}

test('stamps, states, progress, names and failures have the scopes that themes colour', () => {
  grammarTool('unit', 'test/fixtures/grammar/*.rds-task-log');
});

// After a wanted change: npx vscode-tmgrammar-snap -u with the arguments below.
test('the sample transcripts have the tokens of their snapshots', () => {
  const folder = fixture('transcripts');
  const transcripts = readdirSync(folder).filter((name) => name.endsWith('.rds-task-log'));
  assert.ok(transcripts.length > 0);
  // Without a snapshot the tool would write one and pass.
  for (const name of transcripts) assert.ok(existsSync(path.join(folder, `${name}.snap`)), name);
  grammarTool('snapshot', '--scope', scopeName, 'test/fixtures/transcripts/*.rds-task-log');
});
