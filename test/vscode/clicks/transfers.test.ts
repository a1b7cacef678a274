import {
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe } from 'node:test';
import type { AwsRequest } from '../awsGate.js';
import { until } from '../pages/until.js';
import type { Workbench } from '../pages/workbench.js';
import { scene, type Scene } from '../scene.js';

const mebibyte = 2 ** 20;
const uploadTitle = 'Encrypt and Upload to S3…';
const inS3 = (key: string) => `/${key} is in S3, encrypted, and proven to decrypt.`;

/** A part of a multipart upload on its way to S3. */
const isPart = ({ method, url }: AwsRequest) => method === 'PUT' && url.includes('partNumber=');

/** Answers the questions of an upload up to its last page. */
async function answerUpload(workbench: Workbench, bucket: string, key: string): Promise<void> {
  const { quickInput } = workbench;
  await quickInput.choose(bucket);
  await quickInput.waitForTitle(/2\/4/);
  await quickInput.answer(key);
  await quickInput.choose('alias/sql-backups');
  await quickInput.waitForTitle(/4\/4/);
}

async function startUpload(
  { workbench, stage }: Scene,
  file: string,
  key: string,
  choice = 'Encrypt and Upload',
): Promise<void> {
  await workbench.explorer.select(file);
  const menu = await workbench.explorer.contextMenu(file);
  await menu.choose(uploadTitle);
  await answerUpload(workbench, stage.info.bucket, key);
  await workbench.quickInput.choose(choice);
}

describe('Transfers', () => {
  const { it } = scene({ identity: 'session' });

  it('encrypts and uploads a backup from the Explorer', async ({ workbench, stage }) => {
    const menu = await workbench.explorer.contextMenu('northwind.bak');
    await menu.choose(uploadTitle);
    await workbench.quickInput.waitForTitle('Encrypt and Upload northwind.bak (1/4)');
    await workbench.screenshot('upload-bucket');
    await answerUpload(workbench, stage.info.bucket, 'night/northwind.bak');
    const row = await workbench.quickInput.waitForRow('northwind.bak');
    assert.match(row.description, /^Full · NORTHWIND · SQL Server 2016 · 2021-10-14/);
    await workbench.screenshot('upload-summary');
    await workbench.quickInput.choose('Encrypt and Upload');
    await workbench.notifications.waitFor(inS3('night/northwind.bak'));
    await workbench.screenshot('upload-done');
    const s3 = new S3Client(stage.clientConfig);
    const { Metadata } = await s3.send(
      new HeadObjectCommand({ Bucket: stage.info.bucket, Key: 'night/northwind.bak' }),
    );
    s3.destroy();
    assert.ok(Metadata?.['x-amz-key']);
    assert.equal(Metadata['x-amz-matdesc'], '{}');
  });

  it('goes back a step and keeps the answers', async ({ workbench, stage }) => {
    const { quickInput } = workbench;
    const menu = await workbench.explorer.contextMenu('northwind.bak');
    await menu.choose(uploadTitle);
    await quickInput.choose(stage.info.bucket);
    await quickInput.waitForTitle(/2\/4/);
    assert.equal(await quickInput.value(), 'night/northwind.bak', 'the folder of the last upload');
    await quickInput.type('night/*.bak');
    await quickInput.waitForMessage(/asterisk/);
    await quickInput.answer('other/northwind.bak');
    await quickInput.choose('alias/sql-backups');
    await quickInput.waitForTitle(/4\/4/);
    await quickInput.back();
    await quickInput.waitForTitle(/3\/4/);
    await quickInput.back();
    await quickInput.waitForTitle(/2\/4/);
    assert.equal(await quickInput.value(), 'other/northwind.bak');
    await quickInput.cancel();
  });

  it('uploads several files into a folder', async ({ workbench, stage }) => {
    await workbench.explorer.waitForFile('logs/northwind.trn');
    await workbench.explorer.select('northwind.bak', 'logs/northwind.trn');
    const menu = await workbench.explorer.contextMenu('logs/northwind.trn');
    await menu.choose(uploadTitle);
    await workbench.quickInput.waitForTitle('Encrypt and Upload 2 Backups (1/4)');
    await answerUpload(workbench, stage.info.bucket, 'several');
    await workbench.quickInput.choose('Encrypt and Upload');
    await workbench.notifications.waitFor('2 backups are in S3, encrypted, and proven to decrypt.');
    const s3 = new S3Client(stage.clientConfig);
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: stage.info.bucket, Prefix: 'several/' }),
    );
    s3.destroy();
    assert.deepEqual(
      Contents.map(({ Key }) => Key),
      ['several/northwind.bak', 'several/northwind.trn'],
    );
  });

  it('asks before it replaces an object', async (scene) => {
    const { workbench } = scene;
    await startUpload(scene, 'northwind.bak', 'night/northwind.bak', 'Replace What Is in S3');
    await workbench.notifications.waitFor(inS3('night/northwind.bak'));
  });

  it('says when a file is no backup, and uploads it only when told to', async (scene) => {
    const { workbench, stage } = scene;
    await writeFile(path.join(stage.workspace, 'letter.bak'), 'Dear DBA,\n');
    await workbench.explorer.refresh();
    await workbench.explorer.select('letter.bak');
    const menu = await workbench.explorer.contextMenu('letter.bak');
    await menu.choose(uploadTitle);
    await answerUpload(workbench, stage.info.bucket, 'letter.bak');
    await workbench.quickInput.waitForRow('letter.bak');
    const labels = await workbench.quickInput.items();
    assert.ok(labels.includes('Upload Anyway'));
    assert.ok(!labels.includes('Encrypt and Upload'));
    await workbench.screenshot('upload-not-a-backup');
    await workbench.quickInput.choose('Do Not Upload');
    await workbench.quickInput.waitUntilClosed();
  });

  it('leaves no multipart upload behind when it is cancelled', async (scene) => {
    const { workbench, stage } = scene;
    await stage.addBackup('large.bak', { size: 40 * mebibyte, content: 'zeros' });
    await workbench.explorer.refresh();
    const hold = stage.gate.hold(isPart);
    await startUpload(scene, 'large.bak', 'large.bak');
    await hold.caught;
    await workbench.statusBar.waitFor('Upload of large.bak');
    await workbench.screenshot('upload-progress');
    await workbench.notifications.press('Upload of large.bak', 'Cancel');
    await workbench.notifications.waitUntilGone('Upload of large.bak');
    hold.release();
    await workbench.statusBar.waitUntilGone('Upload of large.bak');
    const s3 = new S3Client(stage.clientConfig);
    const { Uploads = [] } = await s3.send(
      new ListMultipartUploadsCommand({ Bucket: stage.info.bucket }),
    );
    await assert.rejects(
      s3.send(new HeadObjectCommand({ Bucket: stage.info.bucket, Key: 'large.bak' })),
    );
    s3.destroy();
    assert.deepEqual(Uploads, []);
  });

  it('goes on where it was after the credentials have expired in the middle', async (scene) => {
    const { workbench, stage } = scene;
    await stage.addBackup('larger.bak', { size: 48 * mebibyte, content: 'zeros' });
    await workbench.explorer.refresh();
    const hold = stage.gate.hold(isPart);
    await startUpload(scene, 'larger.bak', 'larger.bak');
    await hold.caught;
    await stage.expireSessions();
    hold.release();
    await workbench.notifications.waitFor(/expired/);
    await workbench.screenshot('upload-expired');
    await stage.become('session');
    await workbench.notifications.press(/expired/, 'Sign In Again');
    await workbench.notifications.waitFor(inS3('larger.bak'));
  });

  it('downloads and decrypts an object', async ({ workbench, stage }) => {
    const { quickInput } = workbench;
    await workbench.runCommand('RDS Backup: Download and Decrypt…');
    await quickInput.answer(`s3://${stage.info.bucket}/night/northwind.bak`);
    await quickInput.waitForTitle('Download and Decrypt northwind.bak');
    await until(
      (waited) => `The dialog has no file name ${waited}.`,
      async () => ((await quickInput.value()).endsWith('northwind.bak') ? true : undefined),
    );
    await quickInput.answer(path.join(stage.workspace, 'back.bak'));
    await workbench.notifications.waitFor(/back\.bak is decrypted\. SHA-256 [0-9a-f]{64}/);
    assert.deepEqual(
      await readFile(path.join(stage.workspace, 'back.bak')),
      await readFile(stage.backups.northwind),
    );
  });
});
