import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { SideBarView } from '../pages/sideBarView.js';
import { until } from '../pages/until.js';
import type { Workbench } from '../pages/workbench.js';
import { scene } from '../scene.js';
import { putDamaged, putEncrypted, putMany, putPlain } from '../stageObjects.js';

async function backupsView(workbench: Workbench): Promise<SideBarView> {
  const view = workbench.view('RDS Backup', 'Backups in S3');
  await view.open();
  return view;
}

/** Waits for a text in a web view, which lies in frames of its own. */
async function previewText({ page }: Workbench, wanted: RegExp): Promise<string> {
  return until(
    (waited) => `No preview shows ${String(wanted)} ${waited}.`,
    async () => {
      for (const frame of page.frames()) {
        const text = await frame
          .locator('.markdown-body')
          .innerText({ timeout: 500 })
          .catch(() => '');
        if (wanted.test(text)) return text;
      }
      return undefined;
    },
  );
}

describe('Backups in S3', () => {
  const { it } = scene();

  it('shows buckets, folders and objects, and reads an envelope when it is unfolded', async ({
    stage,
    workbench,
  }) => {
    const { bucket, kmsKeyArn } = stage.info;
    await putEncrypted(stage, stage.backups.northwind, 'nightly/northwind.bak');
    await putDamaged(stage, 'nightly/northwind.bak', 'nightly/damaged.bak');
    await putPlain(stage, 'nightly/notes.txt', 'no backup', { owner: 'DBA' });
    const { tree } = await backupsView(workbench);
    await tree.waitFor([`${bucket}-eu`], { description: 'eu-west-1' });
    const object = [bucket, 'nightly', 'northwind.bak'];
    await tree.waitFor(object, { description: /^1\.0\d MiB · / });

    const keyId = kmsKeyArn.slice(kmsKeyArn.lastIndexOf('/') + 1);
    await tree.waitFor([...object, `RDS can restore this with key ${keyId}`]);
    const rows = await tree.children(object);
    const facts = new Map(rows.map(({ label, description }) => [label, description]));
    assert.equal(facts.get('Envelope'), 'V1');
    assert.equal(facts.get('KMS key'), kmsKeyArn);
    assert.match(facts.get('IV') ?? '', /^[0-9a-f]{32}$/);
    assert.equal(facts.get('x-amz-matdesc'), '{}');
    await workbench.screenshot('backups-dark');
    await workbench.useTheme('light');
    await workbench.screenshot('backups-light');
    await workbench.useTheme('dark');
    await tree.collapse(object);

    await tree.waitFor([bucket, 'nightly', 'damaged.bak', /^RDS cannot restore this: /]);
    await tree.waitFor([
      ...[bucket, 'nightly', 'notes.txt'],
      'Not client-side encrypted: RDS restores it without a key',
    ]);
    await tree.waitFor([bucket, 'nightly', 'notes.txt', 'owner'], { description: 'DBA' });
    await workbench.screenshot('backups-damaged');
  });

  it('copies an entry of the metadata, and the ARN of an object', async ({ stage, workbench }) => {
    const { page } = workbench;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const { bucket } = stage.info;
    const view = await backupsView(workbench);
    const copied = async (text: RegExp) => {
      await until(
        (waited) => `The clipboard does not hold ${String(text)} ${waited}.`,
        async () =>
          text.test(await page.evaluate(() => navigator.clipboard.readText())) ? true : undefined,
      );
    };
    await view.tree.inlineAction([bucket, 'nightly', 'notes.txt', 'owner'], 'Copy Value');
    await copied(/^DBA$/);
    const object = [bucket, 'nightly', 'northwind.bak'];
    await view.contextAction([...object, 'x-amz-key'], 'Copy Value');
    await copied(/^[A-Za-z0-9+/]{200,}=*$/);
    await view.contextAction(object, 'Copy ARN');
    await copied(new RegExp(`^arn:aws:s3:::${bucket}/nightly/northwind\\.bak$`));
  });

  it('inspects an object, also after a reload, and a file', async ({ stage, workbench }) => {
    const object = [stage.info.bucket, 'nightly', 'northwind.bak'];
    const view = await backupsView(workbench);
    await view.tree.inlineAction(object, 'Inspect Backup…');
    const account = await previewText(workbench, /RDS can restore this with key/);
    assert.match(account, /NORTHWIND/);
    assert.match(account, /Recovery model\s+SIMPLE/);
    assert.match(account, /x-amz-matdesc/);
    await workbench.screenshot('inspect-dark');
    await workbench.useTheme('light');
    await workbench.screenshot('inspect-light');
    await workbench.useTheme('dark');
    // Only a preview that has told its state is restored.
    await workbench.waitUntilRemembered('"state":"{"resource":"rds-backup:/northwind.bak');
    await workbench.reload();
    await workbench.editor.waitForTab('northwind.bak');
    await previewText(workbench, /RDS can restore this with key/);

    const menu = await workbench.explorer.contextMenu('Sales März 2024 – full.bak');
    await menu.choose('Inspect Backup…');
    const file = await previewText(workbench, /Sales März 2024 – full\.bak/);
    assert.match(file, /SQL Server 2016/);
    assert.doesNotMatch(file, /RDS can/);
  });

  it('inspects an object that is typed, and says why it cannot be read', async ({
    stage,
    workbench,
  }) => {
    await workbench.runCommand('RDS Backup: Inspect Backup…');
    await workbench.quickInput.type(`s3://${stage.info.bucket}/nightly/damaged.bak`);
    await workbench.quickInput.choose(/^s3:\/\/.*damaged\.bak$/);
    const account = await previewText(workbench, /RDS cannot restore this/);
    assert.match(account, /KMS \(kms\)/);
    await workbench.screenshot('inspect-damaged');
  });

  it('verifies a good object, and says what is wrong with a damaged one', async ({
    stage,
    workbench,
  }) => {
    const view = await backupsView(workbench);
    const { bucket } = stage.info;
    await view.contextAction([bucket, 'nightly', 'northwind.bak'], 'Verify Object…');
    await workbench.notifications.waitFor(
      /Verified “northwind\.bak”: its first and last blocks decrypt to a SQL Server backup of 1\.07 MiB/,
    );
    await workbench.screenshot('verify');
    await view.contextAction([bucket, 'nightly', 'damaged.bak'], 'Verify Object…');
    await workbench.notifications.waitFor(/cannot be decrypted/);
  });

  it('loads more, once per click, and keeps what is there', async ({ stage, workbench }) => {
    const { bucket } = stage.info;
    await putMany(
      stage,
      Array.from({ length: 203 }, (_, n) => `many/${String(n).padStart(3, '0')}.trn`),
    );
    const view = await backupsView(workbench);
    await view.titleAction('Refresh Backups in S3');
    const folder = await view.tree.waitFor([bucket, 'many']);
    await view.tree.waitFor([bucket, 'many', 'Load More…'], { description: '200 shown' });
    await workbench.screenshot('load-more');
    const before = stage.gate.requests.length;
    await view.loadMore([bucket, 'many']);
    const last = await view.tree.waitFor([bucket, 'many', '202.trn']);
    assert.equal(last.index - folder.index, 203, 'every object has a row, and nothing else has');
    const listings = stage.gate.requests
      .slice(before)
      .filter(({ url }) => url.includes('continuation-token'));
    assert.equal(listings.length, 1);
    await view.tree.collapse([bucket, 'many']);
  });

  it('asks before it deletes, and deletes what is selected', async ({ stage, workbench }) => {
    const { bucket } = stage.info;
    for (const name of ['a', 'b', 'c']) await putPlain(stage, `old/${name}.bak`, 'x');
    const view = await backupsView(workbench);
    await view.titleAction('Refresh Backups in S3');
    const row = (name: string) => [bucket, 'old', `${name}.bak`];
    await view.contextAction(row('a'), 'Delete Object…');
    await workbench.dialog.waitFor('Delete “a.bak” from S3?');
    assert.match(await workbench.dialog.text(), new RegExp(`s3://${bucket}/old/a\\.bak`));
    await workbench.screenshot('delete-modal');
    await workbench.dialog.press('Cancel');
    await view.tree.waitFor(row('a'));

    // A plain click would unfold it as well.
    await view.tree.click(row('a'), { modifiers: ['ControlOrMeta'] });
    await view.tree.click(row('c'), { modifiers: ['ControlOrMeta'] });
    await view.contextAction(row('c'), 'Delete Object…');
    await workbench.dialog.waitFor('Delete 2 objects from S3?');
    await workbench.dialog.press('Delete');
    await view.tree.waitUntilGone(row('a'));
    await view.tree.waitUntilGone(row('c'));
    await view.tree.waitFor(row('b'));
  });

  it('uploads a file that is dropped on a folder, and shows it there', async ({
    stage,
    workbench,
  }) => {
    const { page } = workbench;
    const { tree } = await backupsView(workbench);
    await tree.expand([stage.info.bucket]);
    await workbench.explorer.open();
    const file = await workbench.explorer.row('northwind.bak');
    await file.hover();
    await page.mouse.down();
    // Waiting over the icon opens the view there.
    const icon = page.locator('.part.activitybar').getByRole('tab', { name: 'RDS Backup' });
    await icon.hover();
    await icon.hover({ position: { x: 10, y: 10 } });
    await tree.rows.list.waitFor();
    const folder = tree.label(await tree.reveal([stage.info.bucket, 'nightly']));
    await folder.hover();
    await folder.hover({ position: { x: 8, y: 8 } });
    await workbench.screenshot('drop');
    await page.mouse.up();
    const { quickInput } = workbench;
    await quickInput.waitForTitle(/Upload/);
    await until(
      (waited) => `The key is not offered ${waited}.`,
      async () => ((await quickInput.value()) === 'nightly/northwind.bak' ? true : undefined),
    );
    await quickInput.answer('nightly/dropped.bak');
    await quickInput.choose('alias/sql-backups');
    await quickInput.choose('Encrypt and Upload');
    // The folder shows what has been uploaded, without a click on Refresh.
    await tree.waitFor([stage.info.bucket, 'nightly', 'dropped.bak']);
  });
});

describe('Backups in S3 of a role that may not list buckets', () => {
  const { it } = scene({ identity: 'noBucketList' });

  it('takes buckets by name and remembers them', async ({ stage, workbench }) => {
    const { bucket } = stage.info;
    await putEncrypted(stage, stage.backups.northwind, 'nightly/northwind.bak');
    const view = await backupsView(workbench);
    await view.waitForWelcome(/may not list buckets/);
    await workbench.screenshot('backups-denied');
    await view.welcomeAction(/Add Bucket/);
    await workbench.quickInput.waitForTitle('Add Bucket');
    await workbench.quickInput.type('My_Bucket');
    await workbench.quickInput.waitForMessage('A bucket name has no capital letters.');
    await workbench.quickInput.answer('no-such-bucket-anywhere');
    await workbench.notifications.waitFor(/There is no bucket “no-such-bucket-anywhere”/);

    await view.titleAction('Add Bucket…');
    await workbench.quickInput.answer(`s3://${bucket}/nightly`);
    await view.tree.waitFor([`${bucket}/nightly/`, 'northwind.bak'], { description: /MiB/ });
    await view.tree.waitFor(['Other buckets may not be listed']);
    await workbench.screenshot('backups-added');

    await workbench.reload();
    await view.tree.waitFor([`${bucket}/nightly/`]);
    await view.contextAction([`${bucket}/nightly/`], 'Remove Bucket from List');
    await view.waitForWelcome(/may not list buckets/);
  });
});
