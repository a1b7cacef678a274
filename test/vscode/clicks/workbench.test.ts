import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe } from 'node:test';
import { scene } from '../scene.js';

describe('What the click tests stand on', () => {
  const { it } = scene();

  it('sees the samples in the Explorer', async ({ workbench }) => {
    await workbench.explorer.waitForFile('northwind.bak');
    await workbench.explorer.waitForFile('Sales März 2024 – full.bak');
    await workbench.explorer.waitForFile('logs/northwind.trn');
    await workbench.screenshot('explorer');
  });

  it('explains a message', async ({ workbench }) => {
    await workbench.runCommand('RDS Backup: Explain an Error Message…');
    await workbench.quickInput.answer(
      'Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.',
    );
    await workbench.editor.waitForText('Object is not client-side encrypted');
  });

  it('finds a mistake in a JSON file in Problems', async ({ workbench, stage }) => {
    await writeFile(path.join(stage.workspace, 'wrong.json'), '{\n  "bucket": nowhere\n}\n');
    await workbench.explorer.openFile('wrong.json');
    await workbench.problems.open();
    await workbench.problems.waitFor('Value expected');
    assert.match(await workbench.editor.hover('nowhere'), /Value expected/);
    await workbench.screenshot('problems');
  });
});
