import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** A row of a tree, as far as the commands look at it. */
const row = (number: number) => ({
  arn: `arn:aws:rds:us-east-1:123456789012:db:sql${number}`,
  value: `value ${number}`,
});

async function clipboardAfter(command: string, ...args: unknown[]): Promise<string> {
  await vscode.env.clipboard.writeText('as before');
  await vscode.commands.executeCommand(command, ...args);
  return vscode.env.clipboard.readText();
}

describe('Commands of rows', () => {
  // On a desktop it is the clipboard of the person who runs this.
  let kept: string;
  before(async () => {
    kept = await vscode.env.clipboard.readText();
  });
  after(() => vscode.env.clipboard.writeText(kept));

  it('copy the ARN of one row, or of all that are selected', async () => {
    assert.equal(await clipboardAfter('rdsBackup.arn.copy', row(1)), row(1).arn);
    assert.equal(
      await clipboardAfter('rdsBackup.arn.copy', row(1), [row(1), row(2)]),
      `${row(1).arn}\n${row(2).arn}`,
    );
  });

  it('copy a value, and leave the clipboard alone where there is none', async () => {
    assert.equal(await clipboardAfter('rdsBackup.value.copy', row(1)), 'value 1');
    assert.equal(
      await clipboardAfter('rdsBackup.value.copy', row(1), [row(1), row(2)]),
      'value 1\nvalue 2',
    );
    assert.equal(await clipboardAfter('rdsBackup.value.copy', { arn: row(1).arn }), 'as before');
  });
});
