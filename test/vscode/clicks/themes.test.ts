// The main path in every theme, as pictures to look at; each test still waits for what they must show.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe } from 'node:test';
import type { AwsRequest } from '../awsGate.js';
import { themes, type Workbench } from '../pages/workbench.js';
import { type Scene, scene } from '../scene.js';
import { putEncrypted } from '../stageObjects.js';
import { submitRestore } from '../submitRestore.js';

const instance = 'sql2019';
const mebibyte = 2 ** 20;
const isPart = ({ method, url }: AwsRequest) => method === 'PUT' && url.includes('partNumber=');

const view = (workbench: Workbench, title: string) => workbench.view('RDS Backup', title);

/**
 * Writes a picture of the window in each theme. What is open stays open: the theme comes from the
 * workspace's settings. @param look brings back what a change of the theme hides
 */
async function pictures(
  { stage, workbench }: Scene,
  name: string,
  look?: () => Promise<unknown>,
): Promise<void> {
  const folder = path.join(stage.workspace, '.vscode');
  await mkdir(folder, { recursive: true });
  for (const [theme, { setting, mark }] of Object.entries(themes)) {
    const settings = JSON.stringify({ 'workbench.colorTheme': setting });
    await writeFile(path.join(folder, 'settings.json'), settings);
    await workbench.page.locator(`.monaco-workbench.${mark}`).waitFor();
    await look?.();
    await workbench.screenshot(`${name}-${theme}`);
  }
}

const quiet = { 'files.exclude': { '**/.vscode': true } };

describe('In every theme', () => {
  const { it } = scene({
    timeScale: 4,
    settings: { ...quiet, 'rdsBackup.tasks.pollInterval': 0.3 },
  });

  it('the trees', async (current) => {
    const { stage, workbench } = current;
    const { quickInput } = workbench;
    const { bucket, kmsKeyArn } = stage.info;
    await putEncrypted(stage, stage.backups.northwind, 'nightly/northwind.bak');
    await workbench.runCommand('RDS Backup: Sign In to Instance…');
    await quickInput.choose(instance);
    await quickInput.waitForTitle(`Sign In to ${instance}`);
    await quickInput.accept();
    await quickInput.choose('Use the secret that RDS manages');
    await workbench.statusBar.waitFor(`Signed in to ${instance}`);
    const key = 'nightly/northwind.bak';
    await submitRestore(stage.info, { databaseName: 'Northwind', key, kmsKeyArn });
    await submitRestore(stage.info, { databaseName: 'WithoutKey', key });

    const tasks = view(workbench, 'Tasks');
    await tasks.open();
    await tasks.titleAction('Refresh Tasks');
    await tasks.tree.waitFor(['Restore WithoutKey'], { description: /failed/ });
    await tasks.tree.waitFor(['Restore Northwind'], { description: /succeeded/ });
    const groups = view(workbench, 'Option groups');
    await groups.open();
    await groups.tree.waitFor([stage.info.optionGroup, 'SQLSERVER_BACKUP_RESTORE']);
    const instances = view(workbench, 'Instances');
    await instances.titleAction('Refresh Instances');
    await instances.tree.waitFor([instance, 'Databases', 'Northwind'], { description: /online/ });
    const backups = view(workbench, 'Backups in S3');
    await backups.tree.waitFor([bucket, 'nightly', 'northwind.bak', /^RDS can restore this/]);
    await pictures(current, 'theme-trees');
    for (const title of ['Instances', 'Option groups', 'Tasks'])
      await view(workbench, title).fold();
    await backups.tree.waitFor([bucket, 'nightly', 'northwind.bak', 'x-amz-matdesc']);
    await pictures(current, 'theme-envelope');
  });

  it('an upload', async (current) => {
    const { stage, workbench } = current;
    const { explorer, notifications, quickInput, statusBar } = workbench;
    await stage.addBackup('large.bak', { size: 40 * mebibyte, content: 'zeros' });
    await explorer.refresh();
    const menu = await explorer.contextMenu('large.bak');
    await menu.choose('Encrypt and Upload to S3…');
    await quickInput.choose(stage.info.bucket);
    await quickInput.waitForTitle(/2\/4/);
    await quickInput.answer('large.bak');
    await quickInput.choose('alias/sql-backups');
    await quickInput.waitForTitle(/4\/4/);
    await quickInput.waitForRow('large.bak');
    await pictures(current, 'theme-upload-summary');
    const hold = stage.gate.hold(isPart);
    await quickInput.choose('Encrypt and Upload');
    await hold.caught;
    await notifications.waitFor('Upload of large.bak');
    await statusBar.waitFor('Upload of large.bak');
    await pictures(current, 'theme-upload-progress');
    hold.release();
    await notifications.waitFor('large.bak is in S3');
    await notifications.close('large.bak is in S3');
  });

  it('a restore', async (current) => {
    const { stage, workbench } = current;
    const { quickInput } = workbench;
    await workbench.runCommand('RDS Backup: Restore Database…');
    await quickInput.choose(instance);
    await quickInput.waitForTitle('Restore Database (2/5)');
    await quickInput.type(`s3://${stage.info.bucket}/nightly/northwind.bak`);
    await quickInput.choose(/^Restore from s3:/);
    await quickInput.waitForTitle('Restore Database (3/');
    await quickInput.answer('Nightly');
    await quickInput.waitForTitle('Restore Database (4/5)');
    await quickInput.choose('alias/sql-backups');
    await quickInput.waitForRow(`Restore Nightly on ${instance}`);
    await pictures(current, 'theme-restore-summary');
    await quickInput.cancel();
  });

  it('a failure, coloured, explained and in Problems', async (current) => {
    const { workbench } = current;
    const { editor, problems, quickInput } = workbench;
    await workbench.runCommand('RDS Backup: Show Task Transcript');
    await quickInput.choose('Restore WithoutKey');
    await editor.waitForText('state ERROR');
    await problems.open();
    await problems.waitFor('no KMS key was passed');
    await pictures(current, 'theme-failure', () => editor.hover('media family on device'));
  });

  it('what is refused', async (current) => {
    const { stage, workbench } = current;
    await workbench.runCommand('View: Close All Editors');
    await workbench.runCommand('View: Hide Panel');
    const instances = view(workbench, 'Instances');
    await instances.open();
    await stage.become('denied');
    await instances.waitForWelcome(/may not list SQL Server instances/);
    await view(workbench, 'Option groups').open();
    await view(workbench, 'Option groups').waitForWelcome(/may not list option groups/);
    await view(workbench, 'Tasks').open();
    await view(workbench, 'Tasks').tree.waitFor([/^Listing the instances in .* failed/]);
    await view(workbench, 'Backups in S3').waitForWelcome(/may not list buckets/);
    await pictures(current, 'theme-refused');
  });
});

describe('In every theme, at the beginning', () => {
  const { it } = scene({ identity: 'none', settings: quiet });

  it('the welcome of the views', async (current) => {
    const { workbench } = current;
    const instances = view(workbench, 'Instances');
    await instances.open();
    await instances.waitForWelcome('No AWS credentials were found.');
    await view(workbench, 'Option groups').open();
    await view(workbench, 'Option groups').waitForWelcome('No AWS credentials were found.');
    await pictures(current, 'theme-welcome');
  });

  it('the walkthrough', async (current) => {
    const { workbench } = current;
    const { page, quickInput } = workbench;
    await workbench.runCommand('Welcome: Open Walkthrough...');
    await quickInput.choose('Restore a Backup into Amazon RDS');
    const steps = page.locator('.gettingStartedContainer .getting-started-step');
    for (const [number, title] of [
      'Choose Where to Work',
      'Encrypt and Upload a Backup',
      'Restore the Database',
      'Read a Failure',
    ].entries()) {
      await steps.filter({ hasText: title }).click();
      await page.locator('.getting-started-step.expanded').filter({ hasText: title }).waitFor();
      await pictures(current, `theme-walkthrough-${number + 1}`);
    }
  });
});
