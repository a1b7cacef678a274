import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { documentUri, locationOf, nameOf } from '../../../src/ui/inspection/backupLocation.js';
import { stageFacts } from './stage.js';

/** The document about a backup, read anew: nobody has run a command before. */
async function account(location: Parameters<typeof documentUri>[0]): Promise<string> {
  return (await vscode.workspace.openTextDocument(documentUri(location))).getText();
}

describe('Documents about backups', () => {
  it('read a file whose address is all they have', async () => {
    const { backups } = await stageFacts();
    const text = await account(vscode.Uri.file(backups.oddName));
    assert.match(text, /^# Sales März 2024 – full\\.bak\n/);
    assert.match(text, /\| Database \| NORTHWIND \|/);
    assert.match(text, /\| data \| /);
  });

  it('say what is wrong instead of failing to open', async () => {
    const { workspace, sandbox } = await stageFacts();
    const file = path.join(workspace, 'notes.bak');
    await writeFile(file, 'Not a backup at all, but long enough to look at.');
    assert.match(await account(vscode.Uri.file(file)), /## Not readable\n\n.*not/i);
    assert.match(
      await account({ bucket: sandbox.bucket, key: 'no/such.bak' }),
      /## Not readable\n\n.*There is no object/,
    );
    assert.match(
      await account(vscode.Uri.parse('untitled:backup.bak')),
      /does not lie on a disk of this machine/,
    );
  });

  it('keep any name in their address', () => {
    for (const key of ['März 2024/100 % ?#[x]&=y.bak', 'a//b+c.bak', 'ünï/\u{1F600}.bak']) {
      const location = { bucket: 'sql-backups', key };
      const kept = vscode.Uri.parse(documentUri(location).toString(), true);
      assert.deepEqual(locationOf(kept), location);
      assert.equal(path.posix.basename(kept.path), nameOf(location));
    }
  });
});

describe('Commands about backups', () => {
  it('take an object from other code, and end when there is none', async () => {
    const { sandbox } = await stageFacts();
    const before = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length;
    const location = { bucket: sandbox.bucket, key: 'no/such.bak' };
    await vscode.commands.executeCommand('rdsBackup.backup.inspect', { location });
    await vscode.commands.executeCommand('rdsBackup.object.verify', { location });
    assert.equal(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length, before);
  });
});
