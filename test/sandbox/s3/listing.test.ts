import {
  ListObjectsCommand,
  type ListObjectsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudScene, named } from '../../support/cloud.js';

const keys = [
  'a.bak', 'dir/', 'dir/1', 'dir/2', 'dir/sub/1', 'dir/sub/2', 'dir/sub2/1', 'dir!', 'dir0', 'é/1', 'z', '\u{1F600}', '\uFF5E',
]; // prettier-ignore
const byUtf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('S3 listings', () => {
  let scene: CloudScene;
  let Bucket: string;
  let s3: S3Client;
  before(async () => {
    scene = await CloudScene.start();
    Bucket = scene.seed.bucket;
    s3 = scene.s3();
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  });
  after(() => scene.stop());

  type Query = Omit<ListObjectsV2CommandInput, 'Bucket'>;
  const names = (answer: Pick<ListObjectsCommandOutput, 'Contents' | 'CommonPrefixes'>) => ({
    keys: answer.Contents?.map(({ Key }) => Key) ?? [],
    prefixes: answer.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
  });

  /** All entries of a listing, page by page, in the order in which they came. */
  async function pages(query: Query): Promise<{ entries: string[]; sizes: number[] }> {
    const entries: string[] = [];
    const sizes: number[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, ...query, ContinuationToken }));
      const found = names(page);
      entries.push(...[...found.keys, ...found.prefixes].map((name) => name!).sort(byUtf8));
      sizes.push(page.KeyCount ?? -1);
      assert.equal(page.IsTruncated, page.NextContinuationToken !== undefined);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return { entries, sizes };
  }

  it('lists in the order of UTF-8 bytes, with pages of any size giving the same', async () => {
    const ordered = [...keys].sort(byUtf8);
    for (const MaxKeys of [1, 2, 5, keys.length, 1000]) {
      assert.deepEqual((await pages({ MaxKeys })).entries, ordered, String(MaxKeys));
    }
    assert.deepEqual((await pages({ MaxKeys: 5 })).sizes, [5, 5, 3]);
  });

  it('rolls up common prefixes, also over pages', async () => {
    const top = ['a.bak', 'dir!', 'dir/', 'dir0', 'z', 'é/', '\uFF5E', '\u{1F600}'];
    for (const MaxKeys of [1, 2, 3, 1000]) {
      const { entries } = await pages({ Delimiter: '/', MaxKeys });
      assert.deepEqual(entries, top, String(MaxKeys));
      const inDir = await pages({ Prefix: 'dir/', Delimiter: '/', MaxKeys });
      assert.deepEqual(inDir.entries, ['dir/', 'dir/1', 'dir/2', 'dir/sub/', 'dir/sub2/']);
    }
    const answer = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'dir/', Delimiter: '/' }),
    );
    assert.deepEqual(names(answer), {
      keys: ['dir/', 'dir/1', 'dir/2'],
      prefixes: ['dir/sub/', 'dir/sub2/'],
    });
    const long = await pages({ Prefix: 'dir/', Delimiter: 'ub' });
    assert.deepEqual(long.entries, ['dir/', 'dir/1', 'dir/2', 'dir/sub']);
  });

  it('starts after a key, and refuses a token it has not given', async () => {
    assert.deepEqual((await pages({ StartAfter: 'dir/sub/1', Prefix: 'dir/' })).entries, [
      'dir/sub/2',
      'dir/sub2/1',
    ]);
    assert.deepEqual((await pages({ Prefix: 'none' })).entries, []);
    await assert.rejects(
      s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'dir/1' })),
      named('InvalidArgument'),
    );
    const nothing = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    assert.equal(nothing.KeyCount, 0);
    assert.equal(nothing.IsTruncated, false);
  });

  it('pages the first version of the call by markers', async () => {
    const seen: string[] = [];
    let Marker: string | undefined;
    for (;;) {
      const page = await s3.send(
        new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2, Marker }),
      );
      const found = names(page);
      seen.push(...[...found.keys, ...found.prefixes].map((name) => name!));
      if (!page.IsTruncated) break;
      Marker = page.NextMarker;
      assert.ok(Marker);
    }
    assert.equal(seen.length, 8);
    assert.equal(new Set(seen).size, 8);
  });
});
