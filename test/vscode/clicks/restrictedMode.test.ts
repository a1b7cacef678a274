import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { access, appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { AwsGate } from '../awsGate.js';
import { FakeAwsCli } from '../fakeAwsCli.js';
import { until } from '../pages/until.js';
import { scene } from '../scene.js';
import { answerPassword } from '../signIn.js';
import type { Stage } from '../stage.js';

const ready = 'sql2019';
const other = 'sql2016';
const signIn = 'RDS Backup: Sign In to Instance…';

/** Set by the settings of the workspace: every request that arrives here was led astray by them. */
let astray: AwsGate;

/** What a hostile workspace would like to happen as soon as it is opened. */
async function bait(stage: Stage): Promise<Record<string, unknown>> {
  astray = await AwsGate.start(stage.info.endpointUrl);
  await writeTasks(stage);
  await addProfile(stage);
  return {
    'rdsBackup.profile': 'of-the-workspace',
    'rdsBackup.endpointUrl': astray.url,
    'rdsBackup.caFile': stage.info.instances[0]!.caFile,
    'rdsBackup.trustServerCertificate': true,
  };
}

/** Left by the program that the workspace's profile names. */
const proof = ({ workspace }: Stage) => path.join(workspace, 'was-executed');

/** A profile of the user that gets its keys from a program. */
async function addProfile(stage: Stage): Promise<void> {
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, region } = stage.info;
  const program = path.join(stage.workspace, 'keys.cjs');
  await writeFile(
    program,
    `require('node:fs').writeFileSync(${JSON.stringify(proof(stage))}, '');
    console.log(${JSON.stringify(JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }))});\n`,
  );
  await appendFile(
    stage.env['AWS_CONFIG_FILE']!,
    `[profile of-the-workspace]\nregion = ${region}\n` +
      `credential_process = "${process.execPath}" "${program}"\n`,
  );
}

async function writeTasks({ workspace, info }: Stage): Promise<void> {
  const upload = (name: string) => ({
    ...{ type: 'rdsBackup', action: 'upload', label: name, file: 'northwind.bak' },
    ...{ object: `s3://${info.bucket}/tasks/${name}.bak`, kmsKey: info.kmsKeyArn },
  });
  const tasks = [
    { ...upload('unasked'), runOptions: { runOn: 'folderOpen' } },
    { ...upload('asked for'), problemMatcher: [] },
  ];
  await mkdir(path.join(workspace, '.vscode'), { recursive: true });
  await writeFile(
    path.join(workspace, '.vscode', 'tasks.json'),
    JSON.stringify({ version: '2.0.0', tasks }),
  );
}

/** Lets the user's profile be one that the AWS CLI signs in. */
async function useSso(stage: Stage): Promise<void> {
  await stage.become('owner');
  await appendFile(
    stage.env['AWS_CONFIG_FILE']!,
    'sso_session = corp\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n',
  );
  await addProfile(stage);
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function isInS3(stage: Stage, name: string): Promise<boolean> {
  const s3 = new S3Client(stage.clientConfig);
  try {
    await s3.send(new HeadObjectCommand({ Bucket: stage.info.bucket, Key: `tasks/${name}.bak` }));
    return true;
  } catch (error) {
    assert.equal((error as Error).name, 'NotFound');
    return false;
  } finally {
    s3.destroy();
  }
}

describe('Restricted Mode', () => {
  let cli: FakeAwsCli;
  before(async () => {
    cli = await FakeAwsCli.install();
  });
  after(async () => {
    await cli.remove();
    await astray.stop();
  });
  const { it } = scene({
    restricted: true,
    workspaceSettings: bait,
    // Nobody but the workspace vouches for the instances.
    settings: { 'rdsBackup.caFile': undefined },
  });

  it('works with the settings of the user, not with those of the workspace', async (current) => {
    const { stage, workbench } = current;
    await workbench.statusBar.waitFor('Restricted Mode');
    const instances = workbench.view('RDS Backup', 'Instances');
    await instances.open();
    await instances.tree.waitFor([ready]);
    const backups = workbench.view('RDS Backup', 'Backups in S3');
    await backups.open();
    await backups.tree.waitFor([stage.info.bucket]);
    await workbench.screenshot('restricted-mode');
    assert.ok(stage.gate.requests.length > 0, 'the endpoint of the user was asked');
    assert.deepEqual(astray.requests, []);
    assert.equal(await exists(proof(stage)), false, 'the profile of the workspace was not used');
  });

  it('trusts no certificate because the workspace says so', async ({ stage, workbench }) => {
    const { quickInput } = workbench;
    const { password } = stage.info.instances.find(({ id }) => id === other)!;
    await workbench.runCommand(signIn);
    await quickInput.choose(other);
    await answerPassword(workbench, { instance: other, password });
    await quickInput.waitForMessage(/certificate/);
    assert.equal(await quickInput.isRefused(), true);
    await quickInput.cancel();
    assert.deepEqual(await workbench.notifications.texts(), []);
  });

  it('offers the upload of a backup, by the settings of the user', async (current) => {
    const { stage, workbench } = current;
    const { quickInput } = workbench;
    const menu = await workbench.explorer.contextMenu('northwind.bak');
    await menu.choose('Encrypt and Upload to S3…');
    await quickInput.choose(stage.info.bucket);
    await quickInput.waitForTitle(/2\/4/);
    await quickInput.answer('restricted/northwind.bak');
    await quickInput.choose('alias/sql-backups');
    await quickInput.choose('Encrypt and Upload');
    await workbench.notifications.waitFor('/restricted/northwind.bak is in S3');
    await workbench.notifications.close('/restricted/northwind.bak is in S3');
    assert.deepEqual(astray.requests, []);
  });

  it('runs no task before the workspace is trusted', async ({ stage, workbench }) => {
    const { dialog } = workbench;
    await workbench.runCommand('Tasks: Run Task');
    await dialog.waitFor(/Do you trust the authors/);
    await workbench.screenshot('restricted-mode-task');
    await dialog.press('Cancel');
    for (const name of ['unasked', 'asked for']) {
      assert.equal(await isInS3(stage, name), false, name);
    }
  });

  it('runs no AWS CLI either, but says how to go on', async ({ stage, workbench }) => {
    const { notifications, page } = workbench;
    const sentence = 'In Restricted Mode VS Code does not run the AWS CLI.';
    await workbench.view('RDS Backup', 'Instances').open();
    await useSso(stage);
    await workbench.runCommand('RDS Backup: Sign In to AWS Again');
    await notifications.waitFor(sentence);
    await workbench.screenshot('restricted-mode-sign-in');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await notifications.press(sentence, 'Copy Command');
    await until(
      (waited) => `The command was not copied ${waited}.`,
      async () => {
        const text = await page.evaluate(() => navigator.clipboard.readText());
        return text === 'aws sso login --profile sandbox' ? true : undefined;
      },
    );
    const asked = stage.gate.requests.length;
    await notifications.press(sentence, 'Continue');
    await notifications.waitUntilGone(sentence);
    await until(
      (waited) => `AWS was not asked again ${waited}.`,
      () => Promise.resolve(stage.gate.requests.length > asked || undefined),
    );
    assert.equal(await cli.calledWith(), undefined);
    assert.deepEqual(astray.requests, []);
  });

  it('ends when the workspace is trusted: then its settings hold', async (current) => {
    const { stage, workbench } = current;
    const { notifications, page, quickInput } = workbench;
    await workbench.statusBar.press('Restricted Mode');
    const editor = page.locator('.workspace-trust-editor');
    await editor.getByRole('button', { name: 'Trust', exact: true }).click();
    await workbench.statusBar.waitUntilGone('Restricted Mode');
    const modal = page.locator('.monaco-modal-editor-block');
    await modal
      .getByRole('button', { name: /^Close/ })
      .first()
      .click();
    await modal.waitFor({ state: 'hidden' });

    const instances = workbench.view('RDS Backup', 'Instances');
    await instances.open();
    await until(
      (waited) => `The endpoint of the workspace was not asked ${waited}.`,
      () => Promise.resolve(astray.requests.length > 0 || undefined),
    );
    await instances.tree.waitFor([ready]);
    assert.equal(await exists(proof(stage)), true, 'the profile of the workspace is used');

    const { password } = stage.info.instances.find(({ id }) => id === other)!;
    await workbench.runCommand(signIn);
    await quickInput.choose(other);
    await answerPassword(workbench, { instance: other, password });
    await notifications.waitFor('Certificates of SQL Server are not checked');
    await instances.tree.waitFor([other, 'Databases']);
  });

  it('is over for certificate authorities too', async ({ stage, workbench }) => {
    const { quickInput, statusBar } = workbench;
    const asked = stage.gate.requests.length;
    await writeFile(
      path.join(stage.workspace, '.vscode', 'settings.json'),
      JSON.stringify({ 'rdsBackup.caFile': stage.info.instances[0]!.caFile }),
    );
    await until(
      (waited) => `The endpoint of the user was not asked again ${waited}.`,
      () => Promise.resolve(stage.gate.requests.length > asked || undefined),
    );
    await workbench.runCommand(signIn);
    await quickInput.choose(ready);
    await quickInput.waitForTitle(`Sign In to ${ready}`);
    await quickInput.accept();
    await quickInput.choose('Use the secret that RDS manages');
    await statusBar.waitFor(`Signed in to ${ready}`);
  });

  it('is over for tasks too', async ({ stage, workbench }) => {
    await workbench.runCommand('Tasks: Run Task');
    await workbench.quickInput.waitForPlaceholder('Select the task to run');
    await workbench.quickInput.choose('asked for');
    await until(
      (waited) => `The task did not upload the backup ${waited}.`,
      async () => ((await isInS3(stage, 'asked for')) ? true : undefined),
    );
  });
});
