import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { describeInstance, type Instance } from '../../../src/core/aws/instances.js';
import { openSession } from '../../../src/core/aws/session.js';
import { commandIds, taskLogLanguage, taskScheme } from '../../../src/ui/ids.js';
import { messageUriParts, taskUriParts } from '../../../src/ui/transcript/taskUri.js';
import { taskRow } from '../../unit/nativeTasks/tasks.js';
import { submitRestore } from '../submitRestore.js';
import { stageFacts } from './stage.js';

const metadataMissing =
  'Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.';

/** Looks again and again until something is there. */
async function eventually<T>(what: string, look: () => T | undefined): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return assert.fail(what);
}

async function hoverAt(document: vscode.TextDocument, text: string) {
  const at = document.positionAt(document.getText().indexOf(text));
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    at,
  );
  return hovers.flatMap(({ contents }) => contents as vscode.MarkdownString[]);
}

/** Signs in as the inputs propose: as the master user, with the secret that RDS manages. */
async function signIn(instance: Instance): Promise<void> {
  const accepting = setInterval(() => {
    void vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  }, 300);
  try {
    await vscode.commands.executeCommand(commandIds.signIn, { instance });
  } finally {
    clearInterval(accepting);
  }
}

async function theInstance(): Promise<Instance> {
  const { sandbox, endpointUrl } = await stageFacts();
  const { region, accessKeyId, secretAccessKey } = sandbox;
  const credentials = { accessKeyId, secretAccessKey };
  const session = await openSession({ region, endpointUrl, credentials });
  try {
    return await describeInstance(session, sandbox.instances[0]!.id);
  } finally {
    session.dispose();
  }
}

async function putPlainObject(key: string): Promise<void> {
  const { sandbox, endpointUrl: endpoint } = await stageFacts();
  const { region, accessKeyId, secretAccessKey, bucket } = sandbox;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'no envelope' }));
  s3.destroy();
}

describe('Text in the log language', () => {
  before(async () => {
    await vscode.extensions.getExtension('rds-sqlserver-backup.rds-sqlserver-backup')?.activate();
  });

  it('explains a known failure, and links the command that helps', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: taskLogLanguage,
      content: `[2026-11-24 22:30:05.310] ${metadataMissing}\n`,
    });
    const [markdown] = await hoverAt(document, 'incomplete');
    assert.match(markdown?.value ?? '', /^\*\*Object is not client\\-side encrypted/);
    assert.match(markdown?.value ?? '', /\(command:rdsBackup\.backup\.upload\?/);
    assert.deepEqual(await hoverAt(document, '\n'), await hoverAt(document, 'incomplete'));
  });

  it('says nothing over what is no failure', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: taskLogLanguage,
      content: '[2026-11-24 22:10:15.007] 5 percent processed.\n',
    });
    assert.deepEqual(await hoverAt(document, 'percent'), []);
  });
});

describe('Explaining a failure', () => {
  it('opens a document that cannot be edited, with the commands that help', async () => {
    await vscode.commands.executeCommand(commandIds.explainFailure, metadataMissing);
    const { document } = await eventually('no explanation', () => vscode.window.activeTextEditor);
    assert.equal(document.uri.scheme, taskScheme);
    assert.equal(document.languageId, taskLogLanguage);
    assert.match(document.getText(), /incomplete.*\n {2}Object is not client-side encrypted/);
    assert.equal(vscode.workspace.fs.isWritableFileSystem(taskScheme), false);
    await assert.rejects(Promise.resolve(vscode.workspace.fs.delete(document.uri)));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      10,
    );
    assert.deepEqual(
      lenses.map(({ command }) => command?.command),
      [commandIds.upload, commandIds.restore],
    );
  });

  it('takes an error with its causes', async () => {
    const cause = Object.assign(
      new Error('The security token included in the request is expired'),
      {
        name: 'ExpiredTokenException',
      },
    );
    await vscode.commands.executeCommand(
      commandIds.explainFailure,
      new Error('Listing the buckets', { cause }),
    );
    await eventually('no explanation of the cause', () =>
      /ExpiredTokenException[^]*Temporary credentials have expired/.test(
        vscode.window.activeTextEditor?.document.getText() ?? '',
      )
        ? true
        : undefined,
    );
  });
});

describe('The document of a task', () => {
  it('says what is missing while nobody is signed in', async () => {
    const key = {
      instanceId: 'elsewhere',
      instanceArn: 'arn:aws:rds:us-east-1:111122223333:db:elsewhere',
      taskId: 3,
    };
    const uri = vscode.Uri.from({ scheme: taskScheme, ...taskUriParts(key, taskRow()) });
    const text = (await vscode.workspace.openTextDocument(uri)).getText();
    assert.match(text, /^ {2}elsewhere cannot be asked about task 3\. \S+/);
    assert.match(text, /once somebody is signed in/);
  });

  it('does not exist where the address names no task', async () => {
    const uri = vscode.Uri.from({ scheme: taskScheme, path: '/nothing.rds-task-log' });
    await assert.rejects(Promise.resolve(vscode.workspace.fs.readFile(uri)), {
      code: 'FileNotFound',
    });
    // The text of a message is in its address, so that it is there after a reload.
    const message = vscode.Uri.from({ scheme: taskScheme, ...messageUriParts('100 % #? Ä') });
    const read = await vscode.workspace.fs.readFile(vscode.Uri.parse(message.toString()));
    assert.equal(Buffer.from(read).toString(), '100 % #? Ä\n');
  });
});

describe('A task that fails', () => {
  let instance: Instance;
  let uri: vscode.Uri;

  before(async function () {
    this.timeout(120_000);
    instance = await theInstance();
    await signIn(instance);
    const { sandbox } = await stageFacts();
    await putPlainObject('suite/plain.bak');
    const databaseName = 'Suite';
    const { kmsKeyArn } = sandbox;
    const key = 'suite/plain.bak';
    const taskId = await submitRestore(sandbox, { key, databaseName, kmsKeyArn });
    const task = { instanceId: instance.id, instanceArn: instance.arn, taskId };
    await vscode.commands.executeCommand(commandIds.showTranscript, { task });
    uri = vscode.window.activeTextEditor!.document.uri;
  });

  it('is a problem, at the message that says why', async () => {
    const problem = await eventually('no problem', () => vscode.languages.getDiagnostics(uri)[0]);
    assert.equal(problem.source, 'RDS Backup');
    assert.equal(problem.code, 'cse-metadata-incomplete');
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
    const document = await vscode.workspace.openTextDocument(uri);
    await eventually('the problem is elsewhere', () =>
      document.getText(problem.range) === metadataMissing ? true : undefined,
    );
  });

  it('knows the situation, in the document, over the line and in the quick fixes', async () => {
    const document = await vscode.workspace.openTextDocument(uri);
    await eventually('no situation', () =>
      /Here +The key arn:\S+ was passed/.test(document.getText()) ? true : undefined,
    );
    const texts = (await hoverAt(document, 'incomplete')).map(({ value }) => value).join('\n');
    assert.match(texts, /\*\*Here\*\* The key arn/);
    // The boilerplate of a failed task leads to what is behind it.
    const frame = (await hoverAt(document, 'Aborted the task'))[0]?.value ?? '';
    assert.match(frame, /What is behind it:\n\n\*\*Object is not client/);

    const { range } = vscode.languages.getDiagnostics(uri)[0]!;
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      range,
    );
    const { sandbox } = await stageFacts();
    assert.deepEqual(
      actions.map(({ command }) => command?.command),
      [commandIds.upload, commandIds.restore, commandIds.explainFailure],
    );
    const [subject] = (actions[1]?.command?.arguments ?? []) as Record<string, unknown>[];
    assert.deepEqual(
      { ...subject, instance: undefined },
      {
        instance: undefined,
        location: { bucket: sandbox.bucket, key: 'suite/plain.bak' },
        databaseName: 'Suite',
        kmsKeyArn: null,
      },
    );
    assert.equal((subject?.['instance'] as Instance).arn, instance.arn);
  });
});
