import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { commandIds } from '../../../src/ui/ids.js';
import { root } from '../../support/paths.js';

test('the manifest and the code name the same commands', () => {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    contributes: { commands: { command: string; category: string; title: string }[] };
  };
  const declared = manifest.contributes.commands;
  assert.deepEqual(declared.map(({ command }) => command).sort(), Object.values(commandIds).sort());
  for (const { category, command } of declared) {
    assert.equal(category, 'RDS Backup', command);
    assert.match(command, /^rdsBackup\./);
  }
});
