import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { root } from '../support/paths.js';
import { Workbench } from './workbench.js';

describe('the packaged extension in a real VS Code', () => {
  let workspace: string;
  let vsix: string;

  before(async () => {
    workspace = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-workspace-'));
    vsix = path.join(workspace, 'extension.vsix');
    const packaged = spawnSync(
      process.execPath,
      [path.join(root, 'scripts', 'package.mjs'), vsix],
      { encoding: 'utf8' },
    );
    assert.equal(packaged.status, 0, packaged.stderr);
  });

  after(async () => {
    await rm(workspace, { recursive: true, force: true });
  });

  it('activates on its command and explains a message', { timeout: 180_000 }, async () => {
    await using workbench = await Workbench.open(vsix, workspace);
    await workbench.runCommand('RDS Backup: Explain an Error Message…');
    await workbench.answer(
      'Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.',
    );
    await workbench.waitForEditorText('Object is not client-side encrypted');
    const pictures = process.env.RDS_BACKUP_SCREENSHOTS;
    if (pictures !== undefined) {
      await workbench.page.screenshot({ path: path.join(pictures, 'explain.png') });
    }
    assert.deepEqual(
      await readdir(workspace),
      ['extension.vsix'],
      'writes nothing to the workspace',
    );
  });
});
