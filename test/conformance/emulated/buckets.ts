import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bucketRegion } from '../../../src/core/aws/bucketRegion.js';
import { listBuckets } from '../../../src/core/aws/buckets.js';
import { deleteObject, listObjects, type ObjectPage } from '../../../src/core/aws/objects.js';
import { openBucket } from '../../../src/core/aws/openBucket.js';
import { EngineError } from '../../../src/core/errors.js';
import { gatherFiles } from '../../../src/core/preflight/gatherFiles.js';
import { LookUp } from '../../../src/core/preflight/lookUp.js';
import { uploadEncrypted } from '../../../src/core/transfer/upload.js';
import { smallBackup } from '../backups.js';
import type { EmulatorScene } from './emulatorScene.js';

const elsewhere = 'conformance-elsewhere';
const otherRegion = 'eu-west-3';

/** ListBuckets, HeadBucket, ListObjectsV2 and DeleteObject. */
export function bucketTests(scene: EmulatorScene): void {
  it('lists the buckets of all regions and tells where each lies', async () => {
    const { CreateBucketCommand } = await import('@aws-sdk/client-s3');
    const there = await scene.session.s3(otherRegion);
    const location = { LocationConstraint: otherRegion } as const;
    const create = { Bucket: elsewhere, CreateBucketConfiguration: location };
    await there.send(new CreateBucketCommand(create));
    const buckets = await listBuckets(scene.session);
    assert.deepEqual(
      buckets.map(({ name }) => name),
      [scene.bucket, elsewhere],
    );
    assert.ok(buckets.every(({ createdAt }) => createdAt instanceof Date));
    assert.equal(await bucketRegion(scene.session, scene.bucket), scene.place.region);
    const { region, s3 } = await openBucket(scene.session, elsewhere);
    assert.deepEqual([region, await s3.config.region()], [otherRegion, otherRegion]);
    await assert.rejects(bucketRegion(scene.session, 'conformance-none'), {
      code: 's3/no-such-bucket',
    });
  });

  it('lists objects by folders and pages, whatever their keys, and deletes them', async () => {
    const { s3, bucket } = scene;
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const hard = ['a b+c%20&d=1?#.bak', "Köln 'x' <y>.bak", '日本 😀.bak'];
    const plain = Array.from({ length: 22 }, (_, number) => `${String(number + 10)}.bak`);
    const keys = [...hard, ...plain, 'inner one/x', 'inner two/y'].map((key) => `list/${key}`);
    for (const key of keys) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'abc' }));
    }
    const pages: ObjectPage[] = [];
    do {
      const continuationToken = pages.at(-1)?.continuationToken;
      pages.push(
        await listObjects(s3, { bucket, prefix: 'list/', pageSize: 10, continuationToken }),
      );
    } while (pages.at(-1)?.continuationToken !== undefined);
    assert.equal(pages.length, 3);
    const objects = pages.flatMap((page) => page.objects);
    assert.deepEqual(
      new Set(objects.map(({ key }) => key)),
      new Set([...hard, ...plain].map((key) => `list/${key}`)),
    );
    assert.equal(objects.length, hard.length + plain.length);
    assert.deepEqual(
      new Set(pages.flatMap((page) => page.folders)),
      new Set(['list/inner one/', 'list/inner two/']),
    );
    assert.ok(objects.every(({ size, etag, lastModified }) => size === 3 && etag && lastModified));
    for (const key of keys) await deleteObject(s3, { bucket, key });
    await deleteObject(s3, { bucket, key: 'list/never there' });
    const left = await listObjects(s3, { bucket, prefix: 'list/' });
    assert.deepEqual([left.objects, left.folders], [[], []]);
    await assert.rejects(
      listObjects(s3, { bucket: 'conformance-none', prefix: '' }),
      (error) => error instanceof EngineError && error.code === 's3/no-such-bucket',
    );
  });

  it('looks into the files that a restore names by their prefix', async () => {
    const { bucket, s3, keys, kmsKeyArn, session } = scene;
    const { file } = await smallBackup();
    for (const number of [1, 2]) {
      const key = `set/file ${number}.bak`;
      await uploadEncrypted({ file, bucket, key, s3, keys, kmsKeyId: kmsKeyArn });
    }
    const s3Arn = `arn:aws:s3:::${bucket}/set/file*`;
    const lookUp = new LookUp(undefined);
    const found = await gatherFiles({ databaseName: 'x', s3Arn }, session, lookUp);
    assert.deepEqual(lookUp.unchecked, []);
    assert.deepEqual(found.bucket, { name: bucket, region: scene.place.region });
    assert.equal(found.files?.count, 2);
    for (const { header } of found.files.inspected) assert.equal(header?.sets.length, 1);
  });
}
