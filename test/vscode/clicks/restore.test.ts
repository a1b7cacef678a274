import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe } from 'node:test';
import type { SideBarView } from '../pages/sideBarView.js';
import { until } from '../pages/until.js';
import type { Workbench } from '../pages/workbench.js';
import { type Scene, scene } from '../scene.js';
import { answerPassword } from '../signIn.js';
import { putDamaged, putEncrypted, putPlain } from '../stageObjects.js';

const command = 'RDS Backup: Restore Database…';
const ready = 'sql2019';
const notReady = 'sql2016';
const encrypted = 'night/northwind.bak';
const plain = 'night/plain.bak';

async function tasksView(workbench: Workbench): Promise<SideBarView> {
  const view = workbench.view('RDS Backup', 'Tasks');
  await view.open();
  return view;
}

/** By the secret that RDS manages: a password in a browser's secret storage ends with the page. */
async function signIn({ workbench }: Scene): Promise<void> {
  const { quickInput } = workbench;
  await workbench.runCommand('RDS Backup: Sign In to Instance…');
  await quickInput.choose(ready);
  await quickInput.waitForTitle(`Sign In to ${ready}`);
  await quickInput.accept();
  await quickInput.choose('Use the secret that RDS manages');
  await workbench.statusBar.waitFor(`Signed in to ${ready}`);
}

/** Answers everything before the summary. */
async function answerRestore(
  { workbench, stage }: Scene,
  o: { readonly key: string; readonly name: string; readonly instance?: string },
): Promise<void> {
  const { quickInput } = workbench;
  await workbench.runCommand(command);
  await quickInput.choose(o.instance ?? ready);
  await quickInput.waitForTitle('Restore Database (2/5)');
  await quickInput.type(`s3://${stage.info.bucket}/${o.key}`);
  await quickInput.choose(/^Restore from s3:/);
  await quickInput.waitForTitle('Restore Database (3/');
  await quickInput.answer(o.name);
  if (o.key === encrypted) {
    await quickInput.waitForTitle('Restore Database (4/5)');
    await quickInput.choose('alias/sql-backups');
  }
}

/** Labels of all rows, once one of them is there. */
function rowsWith({ quickInput }: Workbench, label: string | RegExp): Promise<string[]> {
  return until(
    (waited) => `There is no row “${String(label)}” ${waited}.`,
    async () => {
      const labels = await quickInput.items();
      const there = labels.some((text) =>
        label instanceof RegExp ? label.test(text) : label === text,
      );
      return there ? labels : undefined;
    },
  );
}

async function copied({ page }: Workbench, wanted: RegExp): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await until(
    (waited) => `The clipboard does not hold ${String(wanted)} ${waited}.`,
    async () =>
      wanted.test(await page.evaluate(() => navigator.clipboard.readText())) ? true : undefined,
  );
}

describe('Restore Database', () => {
  const { it } = scene({ timeScale: 4, settings: { 'rdsBackup.tasks.pollInterval': 0.3 } });

  it('shows what to do where nobody is signed in', async ({ workbench }) => {
    const view = await tasksView(workbench);
    await view.waitForWelcome(/Sign in to an instance to see its tasks/);
    await workbench.screenshot('tasks-not-signed-in');
  });

  it('restores an encrypted backup that is found by looking for it', async (current) => {
    const { workbench, stage } = current;
    const { quickInput, page } = workbench;
    const { bucket, kmsKeyArn } = stage.info;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await putEncrypted(stage, stage.backups.northwind, encrypted);
    await putPlain(stage, plain, await readFile(stage.backups.northwind));
    await signIn(current);

    await workbench.runCommand(command);
    await quickInput.waitForTitle('Restore Database (1/5)');
    const instances = await rowsWith(workbench, ready);
    assert.deepEqual(instances, [ready, notReady], 'the one that is ready comes first');
    await workbench.screenshot('restore-instance');
    await quickInput.choose(ready);
    await quickInput.choose(bucket);
    await quickInput.choose('night/');
    await quickInput.waitForPlaceholder(/night/);
    assert.deepEqual(await rowsWith(workbench, 'plain.bak'), ['..', 'northwind.bak', 'plain.bak']);
    await workbench.screenshot('restore-object');
    await quickInput.back();
    await quickInput.choose('night/');
    await quickInput.choose('northwind.bak');
    await quickInput.waitForTitle('Restore Database (3/5)');
    assert.equal(await quickInput.value(), 'NORTHWIND', 'the name that the backup tells');
    await quickInput.answer('Northwind');
    await quickInput.waitForTitle('Restore Database (4/5)');
    assert.deepEqual((await rowsWith(workbench, 'No Key')).slice(0, 2), [
      ...['alias/sql-backups', 'No Key'],
    ]);
    const [first] = await quickInput.rows();
    assert.equal(first?.label, 'alias/sql-backups');
    assert.equal(first.description, 'encrypted this backup');
    await workbench.screenshot('restore-key');
    await quickInput.accept();
    await quickInput.waitForTitle('Restore Database (5/5)');
    await workbench.screenshot('restore-checking');
    await quickInput.choose('Copy T-SQL');
    await copied(workbench, new RegExp(`@kms_master_key_arn = N'${kmsKeyArn}'`));
    await quickInput.waitForTitle('Restore Database (5/5)');
    const rows = await quickInput.rows();
    assert.equal(
      rows.find(({ label }) => label.startsWith('Restore'))?.label,
      `Restore Northwind on ${ready}`,
    );
    assert.ok(rows.some(({ label }) => label.includes("@restore_db_name = N'Northwind'")));
    await workbench.screenshot('restore-summary');
    await quickInput.choose(`Restore Northwind on ${ready}`);

    await workbench.statusBar.waitFor(`Restore of Northwind on ${ready}`);
    const { tree, pane } = await tasksView(workbench);
    await tree.waitFor(['Restore Northwind'], { description: /#\d+ · running · \d+ %/ });
    await workbench.screenshot('tasks-running');
    await workbench.notifications.waitFor(`Restore of Northwind on ${ready} succeeded (task 1).`);
    await tree.waitFor(['Restore Northwind'], { description: /^#1 · succeeded \d\d:\d\d$/ });
    await workbench.statusBar.waitUntilGone('Restore of Northwind');
    assert.match(await pane.locator('.pane-header').innerText(), new RegExp(ready));
    await workbench.screenshot('tasks-succeeded');
  });

  it('goes back a step and keeps the answers', async (current) => {
    const { workbench } = current;
    const { quickInput } = workbench;
    await answerRestore(current, { key: encrypted, name: 'Second' });
    await quickInput.waitForTitle('Restore Database (5/5)');
    await quickInput.back();
    await quickInput.waitForTitle('Restore Database (4/5)');
    await quickInput.back();
    await quickInput.waitForTitle('Restore Database (3/5)');
    assert.equal(await quickInput.value(), 'Second');
    await quickInput.back();
    await quickInput.waitForPlaceholder(/^Backup in s3:.*night\//);
    await quickInput.back();
    await quickInput.waitForPlaceholder(/^Backup in s3:\/\/[^/]*\/;/);
    await quickInput.back();
    await quickInput.waitForPlaceholder(/^Bucket with the backup/);
    await quickInput.back();
    await quickInput.waitForTitle('Restore Database (1/5)');
    await quickInput.cancel();
  });

  it('refuses a name while it is typed', async (current) => {
    const { workbench, stage } = current;
    const { quickInput } = workbench;
    const view = workbench.view('RDS Backup', 'Backups in S3');
    await view.open();
    await view.contextAction([stage.info.bucket, 'night', 'plain.bak'], 'Restore Database…');
    await quickInput.choose(ready);
    await quickInput.waitForMessage(/already has a database “Northwind”/);
    assert.ok(await quickInput.isRefused());
    await workbench.screenshot('restore-name-taken');
    await quickInput.type('msdb');
    await quickInput.waitForMessage(/msdb is a system database/);
    await quickInput.type(' ');
    await quickInput.waitForMessage('Give the restored database a name.');
    await quickInput.accept();
    assert.ok(await quickInput.isRefused());
    await quickInput.answer('Plain');
    await quickInput.waitForTitle('Restore Database (3/3)');
    const labels = await rowsWith(workbench, `Restore Plain on ${ready}`);
    assert.ok(labels.includes('No key'), 'a plain backup needs none');
    await quickInput.cancel();
  });

  it('blocks what RDS would refuse, and leads to the way out', async (current) => {
    const { workbench } = current;
    const { quickInput } = workbench;
    await answerRestore(current, { key: plain, name: 'Blocked' });
    await quickInput.choose('No key');
    await quickInput.choose('alias/sql-backups');
    await rowsWith(workbench, 'Restore without a Key');
    await workbench.screenshot('restore-key-not-needed');
    await quickInput.choose('Restore without a Key');
    await rowsWith(workbench, `Restore Blocked on ${ready}`);
    await quickInput.choose('Blocked');
    await quickInput.waitForMessage(/Name of the new database/);
    await quickInput.back();
    await quickInput.choose(`Restore Blocked on ${ready}`);
    await workbench.notifications.waitFor(/Restore of Blocked on sql2019 succeeded/);
  });

  it('warns of an instance that is not ready, and offers another', async (current) => {
    const { workbench, stage } = current;
    const { quickInput } = workbench;
    await workbench.runCommand(command);
    await quickInput.choose(notReady);
    const { password } = stage.info.instances.find(({ id }) => id === notReady)!;
    await answerPassword(workbench, { instance: notReady, password });
    await quickInput.waitForTitle('Restore Database (2/5)');
    await quickInput.type(`s3://${stage.info.bucket}/${plain}`);
    await quickInput.choose(/^Restore from s3:/);
    await quickInput.waitForTitle('Restore Database (3/');
    await quickInput.answer('Elsewhere');
    await quickInput.waitForTitle(/Restore Database \(4\/4\)/);
    const labels = await rowsWith(workbench, 'Choose Another Instance…');
    assert.ok(!labels.some((label) => label.startsWith('Restore Elsewhere')));
    await workbench.screenshot('restore-blocked-dark');
    await quickInput.accept();
    await quickInput.waitForPlaceholder('Instance to restore on');
    await quickInput.choose(ready);
    await quickInput.choose(`Restore Elsewhere on ${ready}`);
    await workbench.notifications.waitFor(/Restore of Elsewhere on sql2019 succeeded/);
  });

  it('restores a backup of several files by the beginning that they share', async (current) => {
    const { workbench, stage } = current;
    const { quickInput } = workbench;
    for (const number of [1, 2]) {
      const stripe = { number, count: 2 };
      const file = await stage.addBackup(`wide_${number}.bak`, {
        database: 'Wide',
        seed: 'w',
        stripe,
      });
      await putEncrypted(stage, file, `wide/wide_${number}.bak`);
    }
    await workbench.runCommand(command);
    await quickInput.choose(ready);
    await quickInput.choose(stage.info.bucket);
    await quickInput.choose('wide/');
    await quickInput.choose('wide_1.bak');
    await quickInput.waitForTitle('Restore Database (3/5)');
    await quickInput.answer('Wide');
    await quickInput.choose('alias/sql-backups');
    await rowsWith(workbench, 'Choose Another Backup…');
    await workbench.screenshot('restore-missing-file');
    await quickInput.accept();
    const labels = await rowsWith(workbench, 'wide_*');
    assert.deepEqual(labels, ['..', 'wide_*', 'wide_1.bak', 'wide_2.bak']);
    await workbench.screenshot('restore-file-set');
    await quickInput.choose('wide_*');
    await quickInput.choose(`Restore Wide on ${ready}`);
    await workbench.notifications.waitFor(`Restore of Wide on ${ready} succeeded`);
  });

  it('tells why a restore has failed', async (current) => {
    const { workbench, stage } = current;
    await putDamaged(stage, encrypted, 'night/damaged.bak');
    await answerRestore(current, { key: 'night/damaged.bak', name: 'Damaged' });
    await workbench.quickInput.choose('alias/sql-backups');
    await rowsWith(workbench, /^Restore Damaged on sql2019/);
    await workbench.screenshot('restore-damaged');
    await workbench.quickInput.choose(/^Restore Damaged on sql2019/);
    await workbench.notifications.waitFor(/Restore of Damaged on sql2019 failed \(task \d+\): /);
    await workbench.screenshot('restore-failed');
    const view = await tasksView(workbench);
    await view.tree.waitFor([ready, 'Restore Damaged'], { description: /failed/ });
    await workbench.notifications.press(/Restore of Damaged on sql2019 failed/, 'Explain');
    await workbench.editor.waitForText('Cause');
  });

  it('lists the tasks of several instances under them', async ({ workbench }) => {
    const { tree } = await tasksView(workbench);
    await tree.waitFor([ready, 'Restore Elsewhere'], { description: /succeeded/ });
    await tree.waitFor([notReady, 'No tasks in the last 36 days']);
    await workbench.screenshot('tasks-two-instances');
    await workbench.useTheme('light');
    await workbench.screenshot('tasks-light');
    await workbench.useTheme('dark');
  });

  it('copies the T-SQL of a restore that was started before', async ({ workbench }) => {
    const view = await tasksView(workbench);
    await view.contextAction([ready, 'Restore Northwind'], 'Copy T-SQL…');
    await copied(workbench, /^EXEC msdb\.dbo\.rds_restore_database/);
  });
});

describe('A restore that takes its time', () => {
  const { it } = scene({ timeScale: 0.5, settings: { 'rdsBackup.tasks.pollInterval': 0.5 } });

  it('is followed again after the window is reloaded', async (current) => {
    const { workbench, stage } = current;
    await putEncrypted(stage, stage.backups.northwind, encrypted);
    await signIn(current);
    await answerRestore(current, { key: encrypted, name: 'Slow' });
    await workbench.quickInput.choose(`Restore Slow on ${ready}`);
    const { tree } = await tasksView(workbench);
    await tree.waitFor(['Restore Slow'], { description: /running · [1-9]\d* %/ });
    await workbench.reload();
    const again = await tasksView(workbench);
    await again.tree.waitFor(['Restore Slow'], { description: /running · [1-9]\d* %/ });
    await workbench.statusBar.waitFor(`Restore of Slow on ${ready}`);
    await workbench.screenshot('tasks-after-reload');
    await workbench.notifications.waitFor(`Restore of Slow on ${ready} succeeded (task 1).`);
    await again.tree.waitFor(['Restore Slow'], { description: /succeeded/ });
  });

  it('is cancelled on the server, after a question', async (current) => {
    const { workbench } = current;
    await answerRestore(current, { key: encrypted, name: 'Cancelled' });
    await workbench.quickInput.choose(`Restore Cancelled on ${ready}`);
    const view = await tasksView(workbench);
    await view.tree.waitFor(['Restore Cancelled'], { description: /running/ });
    await view.tree.inlineAction(['Restore Cancelled'], 'Cancel Task…');
    await workbench.dialog.waitFor(`Restore of Cancelled on ${ready}`);
    await workbench.screenshot('cancel-task');
    await workbench.dialog.press('Let It Run');
    await view.tree.inlineAction(['Restore Cancelled'], 'Cancel Task…');
    await workbench.dialog.press('Cancel Task');
    await workbench.notifications.waitFor(/Restore of Cancelled on sql2019 was cancelled/);
    await view.tree.waitFor(['Restore Cancelled'], { description: /cancelled/ });
    await workbench.screenshot('tasks-cancelled');
  });

  it('is said to wait behind two others', async (current) => {
    const { workbench } = current;
    const { quickInput } = workbench;
    for (const name of ['One', 'Two']) {
      await answerRestore(current, { key: encrypted, name });
      await quickInput.choose(`Restore ${name} on ${ready}`);
      await quickInput.waitUntilClosed();
    }
    await answerRestore(current, { key: encrypted, name: 'Three' });
    const labels = await rowsWith(workbench, 'Check Again');
    assert.equal(labels[0], `Restore Three on ${ready} Anyway`);
    await workbench.screenshot('restore-two-tasks');
    await quickInput.cancel();
  });
});
