import { before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { stageFacts } from './stage.js';

/** Runs a task of tasks.json by its label. @returns its exit code */
async function runTask(label: string): Promise<number | undefined> {
  const tasks = await vscode.tasks.fetchTasks({ type: 'rdsBackup' });
  const task = tasks.find(({ name }) => name === label);
  assert.ok(task, `${label}; there are ${tasks.map(({ name }) => name).join(', ')}`);
  const ended = new Promise<number | undefined>((resolve) => {
    const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== label) return;
      listener.dispose();
      resolve(exitCode);
    });
  });
  await vscode.tasks.executeTask(task);
  return ended;
}

/** Waits for a problem that the matcher has found. */
async function problemIn(file: string, message: RegExp): Promise<vscode.Diagnostic> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const found = vscode.languages
      .getDiagnostics(vscode.Uri.file(file))
      .find((problem) => message.test(problem.message));
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return assert.fail(`no problem in ${file}`);
}

describe('Tasks of tasks.json', () => {
  let workspace: string;
  let tasksFile: string;

  before(async () => {
    const { sandbox, workspace: folder } = await stageFacts();
    workspace = folder;
    tasksFile = path.join(workspace, '.vscode', 'tasks.json');
    const common = { type: 'rdsBackup', object: `s3://${sandbox.bucket}/tasks/northwind.bak` };
    const upload = { ...common, action: 'upload', kmsKey: sandbox.kmsKeyArn };
    await writeFile(path.join(workspace, 'notes.bak'), 'no backup');
    await mkdir(path.dirname(tasksFile), { recursive: true });
    await writeFile(
      tasksFile,
      JSON.stringify({
        version: '2.0.0',
        tasks: [
          { ...upload, label: 'upload', file: 'northwind.bak' },
          { ...upload, label: 'upload notes', file: '${workspaceFolder}/notes.bak' },
          { ...common, label: 'download', action: 'download', file: 'downloaded.bak' },
          { type: 'rdsBackup', label: 'incomplete', action: 'restore' },
        ],
      }),
    );
    // VS Code reads the file when it notices it.
    for (let attempt = 0; attempt < 300; attempt++) {
      if ((await vscode.tasks.fetchTasks({ type: 'rdsBackup' })).length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  it('upload and download a backup', async () => {
    assert.equal(await runTask('upload'), 0);
    assert.equal(await runTask('download'), 0);
    assert.deepEqual(
      await readFile(path.join(workspace, 'downloaded.bak')),
      await readFile(path.join(workspace, 'northwind.bak')),
    );
  });

  it('put a failure into Problems, at the backup', async () => {
    assert.equal(await runTask('upload notes'), 1);
    const file = path.join(workspace, 'notes.bak');
    const problem = await problemIn(file, /not a SQL Server backup/);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(problem.code, 'transfer/not-a-backup');
  });

  it('put a wrong definition into Problems, at the tasks.json', async () => {
    assert.equal(await runTask('incomplete'), 1);
    const problem = await problemIn(tasksFile, /“object” is missing/);
    assert.equal(problem.code, 'tasks/bad-definition');
  });

  it('do not replace an object unless told to', async () => {
    assert.equal(await runTask('upload'), 1);
    await problemIn(path.join(workspace, 'northwind.bak'), /exists/);
  });
});
