import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { stageFacts } from './stage.js';

const extensionId = 'rds-sqlserver-backup.rds-sqlserver-backup';

describe('Activation', () => {
  it('offers commands before anything is loaded', async () => {
    const extension = vscode.extensions.getExtension(extensionId);
    assert.equal(extension?.isActive, false);
    const manifest = extension.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    await extension.activate();
    const registered = await vscode.commands.getCommands(true);
    for (const { command } of manifest.contributes.commands) {
      assert.ok(registered.includes(command), command);
    }
  });

  it('finds the workspace of the stage', async () => {
    const { workspace, endpointUrl } = await stageFacts();
    // A Uri writes the letter of a drive small.
    const { fsPath } = vscode.Uri.file(workspace);
    assert.equal(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath, fsPath);
    assert.equal(vscode.workspace.getConfiguration('rdsBackup').get('endpointUrl'), endpointUrl);
  });
});
