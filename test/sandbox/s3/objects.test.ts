import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { CloudScene, named } from '../../support/cloud.js';
import { sendSigned } from '../../support/rawRequest.js';

describe('S3 objects', () => {
  let scene: CloudScene;
  let Bucket: string;
  before(async () => {
    scene = await CloudScene.start();
    Bucket = scene.seed.bucket;
  });
  after(() => scene.stop());

  type Put = Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body'>;
  type Get = Omit<GetObjectCommandInput, 'Bucket' | 'Key'>;
  const put = (Key: string, Body: string | Buffer | Readable, more: Put = {}) =>
    scene.s3().send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = (Key: string, more: Get = {}) =>
    scene.s3().send(new GetObjectCommand({ Bucket, Key, ...more }));
  const bytesOf = async (Key: string, more: Get = {}) => {
    const { Body } = await get(Key, more);
    return Buffer.from(await Body!.transformToByteArray());
  };

  it('gives back what was put, with MD5 as ETag, headers and metadata', async () => {
    const body = randomBytes(3_000_001);
    const answer = await put('dir/file.bak', body, {
      ContentType: 'application/x-backup',
      CacheControl: 'no-store',
      Metadata: { 'x-amz-key': 'AQID', Plain: 'text with  blanks' },
      StorageClass: 'STANDARD_IA',
      Tagging: 'team=dba&env=a%20b',
    });
    const md5 = createHash('md5').update(body).digest('hex');
    assert.equal(answer.ETag, `"${md5}"`);
    assert.equal(answer.ServerSideEncryption, 'AES256');
    assert.deepEqual(await bytesOf('dir/file.bak'), body);

    const head = await scene.s3().send(new HeadObjectCommand({ Bucket, Key: 'dir/file.bak' }));
    assert.equal(head.ContentLength, body.length);
    assert.equal(head.ETag, `"${md5}"`);
    assert.equal(head.ContentType, 'application/x-backup');
    assert.equal(head.CacheControl, 'no-store');
    assert.equal(head.StorageClass, 'STANDARD_IA');
    assert.equal(head.LastModified?.getTime(), scene.clock.now().getTime());
    assert.deepEqual(head.Metadata, { 'x-amz-key': 'AQID', plain: 'text with  blanks' });
  });

  it('keeps an empty object', async () => {
    const { ETag } = await put('empty', '');
    assert.equal(ETag, '"d41d8cd98f00b204e9800998ecf8427e"');
    assert.equal((await bytesOf('empty')).length, 0);
    await assert.rejects(get('empty', { Range: 'bytes=0-' }), named('InvalidRange'));
  });

  it('takes a stream in aws-chunked with a trailing checksum', async () => {
    const body = randomBytes(700_000);
    const stream = Readable.from([
      body.subarray(0, 1),
      body.subarray(1, 300_000),
      body.subarray(300_000),
    ]);
    const answer = await put('streamed', stream, { ContentLength: body.length });
    assert.ok(answer.ChecksumCRC32);
    assert.deepEqual(await bytesOf('streamed'), body);
    const head = await scene.s3().send(new HeadObjectCommand({ Bucket, Key: 'streamed' }));
    assert.equal(head.ContentEncoding, undefined);
  });

  it('verifies every checksum, and returns it on request', async () => {
    const body = randomBytes(100_003);
    // The SDK computes CRC-64/NVME only with a native package.
    for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
      const sent = await put(`sum/${ChecksumAlgorithm}`, body, { ChecksumAlgorithm });
      const got = await get(`sum/${ChecksumAlgorithm}`, { ChecksumMode: 'ENABLED' });
      await got.Body!.transformToByteArray();
      const value = got[`Checksum${ChecksumAlgorithm}`];
      assert.ok(value);
      assert.equal(value, sent[`Checksum${ChecksumAlgorithm}`]);
      assert.equal(got.ChecksumType, 'FULL_OBJECT');
    }
  });

  it('knows the published check value of CRC-64/NVME', async () => {
    const right = Buffer.from('ae8b14860a799888', 'hex').toString('base64');
    const answer = await put('nvme', '123456789', { ChecksumCRC64NVME: right });
    assert.equal(answer.ChecksumCRC64NVME, right);
    const wrong = Buffer.from('ae8b14860a799889', 'hex').toString('base64');
    await assert.rejects(
      put('nvme', '123456789', { ChecksumCRC64NVME: wrong }),
      named('BadDigest'),
    );
  });

  it('refuses wrong digests and leaves nothing behind', async () => {
    const wrong: Put[] = [
      { ChecksumCRC32: 'AAAAAA==' },
      { ChecksumSHA256: createHash('sha256').update('other').digest('base64') },
      { ContentMD5: createHash('md5').update('other').digest('base64') },
    ];
    for (const claim of wrong) {
      await assert.rejects(put('wrong', 'body', claim), named('BadDigest'), JSON.stringify(claim));
    }
    await assert.rejects(put('wrong', 'body', { ContentMD5: 'nonsense' }), named('InvalidDigest'));
    await assert.rejects(put('wrong', 'body', { ChecksumCRC32: 'AAA=' }), named('InvalidRequest'));
    await assert.rejects(get('wrong'), named('NoSuchKey'));
  });

  it('serves ranges, suffixes and refuses what lies outside', async () => {
    const body = Buffer.from('0123456789');
    await put('ten', body);
    const range = async (Range: string) => {
      const answer = await get('ten', { Range });
      return [await answer.Body!.transformToString(), answer.ContentRange];
    };
    assert.deepEqual(await range('bytes=0-3'), ['0123', 'bytes 0-3/10']);
    assert.deepEqual(await range('bytes=7-'), ['789', 'bytes 7-9/10']);
    assert.deepEqual(await range('bytes=-4'), ['6789', 'bytes 6-9/10']);
    assert.deepEqual(await range('bytes=-40'), ['0123456789', 'bytes 0-9/10']);
    assert.deepEqual(await range('bytes=5-99'), ['56789', 'bytes 5-9/10']);
    assert.deepEqual(await range('bytes=3-1'), ['0123456789', undefined]);
    await assert.rejects(range('bytes=10-'), named('InvalidRange'));
    await assert.rejects(range('bytes=-0'), named('InvalidRange'));
  });

  it('obeys conditions of reads', async () => {
    const { ETag } = await put('conditional', 'x');
    assert.equal((await bytesOf('conditional', { IfMatch: ETag })).toString(), 'x');
    await assert.rejects(get('conditional', { IfMatch: '"0"' }), named('PreconditionFailed'));
    await assert.rejects(get('conditional', { IfNoneMatch: ETag }), (error: S3ServiceException) => {
      assert.equal(error.$metadata.httpStatusCode, 304);
      return true;
    });
    const earlier = new Date(scene.clock.now().getTime() - 60_000);
    await assert.rejects(
      get('conditional', { IfUnmodifiedSince: earlier }),
      named('PreconditionFailed'),
    );
    assert.equal((await bytesOf('conditional', { IfModifiedSince: earlier })).toString(), 'x');
  });

  it('lets only one of many create an object with If-None-Match', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => put('once', `writer ${String(n)}`, { IfNoneMatch: '*' })),
    );
    const won = attempts.filter((attempt) => attempt.status === 'fulfilled');
    assert.equal(won.length, 1);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') {
        assert.equal((attempt.reason as Error).name, 'PreconditionFailed');
      }
    }
    await assert.rejects(put('once', 'x', { IfMatch: '"0"' }), named('PreconditionFailed'));
  });

  it('limits metadata to 2 KB and returns non-ASCII the way S3 does', async () => {
    await put('meta', '', { Metadata: { a: 'x'.repeat(2047) } });
    await assert.rejects(
      put('meta', '', { Metadata: { a: 'x'.repeat(2048) } }),
      named('MetadataTooLarge'),
    );
    // Clients in other languages send UTF-8 bytes, which Node's strings hold as Latin-1.
    const matdesc = Buffer.from('{"db":"Größe"}', 'utf8').toString('latin1');
    const answer = await sendSigned(
      scene.endpoint.url,
      {
        method: 'PUT',
        target: `/${Bucket}/meta`,
        headers: { 'x-amz-meta-x-amz-matdesc': matdesc },
        body: 'x',
      },
      scene.rootCredentials,
    );
    assert.equal(answer.status, 200);
    const head = await scene.s3().send(new HeadObjectCommand({ Bucket, Key: 'meta' }));
    const twice = Buffer.from(matdesc, 'utf8').toString('base64');
    assert.equal(head.Metadata?.['x-amz-matdesc'], `=?UTF-8?B?${twice}?=`);
  });

  it('copies with and without the metadata', async () => {
    await put('source é+ &.bak', 'content', { Metadata: { 'x-amz-key': 'k' }, ContentType: 'a/b' });
    const source = `${Bucket}/${encodeURIComponent('source é+ &.bak')}`;
    await scene.s3().send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: source }));
    const copied = await get('copy');
    assert.equal(await copied.Body!.transformToString(), 'content');
    assert.deepEqual(copied.Metadata, { 'x-amz-key': 'k' });
    assert.equal(copied.ContentType, 'a/b');

    await scene.s3().send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy',
        CopySource: `/${Bucket}/copy`,
        MetadataDirective: 'REPLACE',
        Metadata: { other: 'm' },
      }),
    );
    assert.deepEqual((await get('copy')).Metadata, { other: 'm' });
    await assert.rejects(
      scene.s3().send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/copy` })),
      named('InvalidRequest', /to itself/),
    );
    await assert.rejects(
      scene.s3().send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` })),
      named('NoSuchKey'),
    );
    await scene.s3().send(new DeleteObjectCommand({ Bucket, Key: 'source é+ &.bak' }));
    assert.equal((await bytesOf('copy')).toString(), 'content');
  });

  it('deletes one and many', async () => {
    for (const key of ['gone/a', 'gone/<b>&"', 'gone/c']) await put(key, 'x');
    await scene.s3().send(new DeleteObjectCommand({ Bucket, Key: 'gone/a' }));
    await scene.s3().send(new DeleteObjectCommand({ Bucket, Key: 'gone/never was' }));
    const answer = await scene.s3().send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: 'gone/<b>&"' }, { Key: 'gone/c' }, { Key: 'gone/none' }] },
      }),
    );
    assert.deepEqual(
      answer.Deleted?.map(({ Key }) => Key),
      ['gone/<b>&"', 'gone/c', 'gone/none'],
    );
    const left = await scene.s3().send(new ListObjectsV2Command({ Bucket, Prefix: 'gone/' }));
    assert.equal(left.KeyCount, 0);
  });

  it('goes on serving an object that is overwritten or deleted meanwhile', async () => {
    const body = randomBytes(24 * 2 ** 20);
    await put('busy', body);
    const reading = await get('busy');
    await put('busy', 'new');
    const hash = createHash('sha256');
    for await (const chunk of reading.Body as Readable) hash.update(chunk as Buffer);
    assert.equal(hash.digest('hex'), createHash('sha256').update(body).digest('hex'));
    assert.equal((await bytesOf('busy')).toString(), 'new');
  });

  it('describes an object by GetObjectAttributes', async () => {
    await put('attributes', 'abc', { ChecksumAlgorithm: 'SHA256' });
    const answer = await scene.s3().send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'attributes',
        ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize', 'StorageClass', 'ObjectParts'],
      }),
    );
    assert.equal(answer.ObjectSize, 3);
    assert.equal(answer.ETag, '900150983cd24fb0d6963f7d28e17f72');
    assert.equal(answer.Checksum?.ChecksumSHA256, 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=');
    assert.equal(answer.StorageClass, 'STANDARD');
    assert.equal(answer.ObjectParts, undefined);
  });

  it('takes keys of every kind and lists them as they are', async () => {
    const keys = [
      'odd/../../x', 'odd/./y', 'odd//double', 'odd/trailing/', 'odd/ lead and trail ', 'odd/ünïcödé/日本語',
      'odd/emoji 😀', 'odd/plus+and%20percent', "odd/!'()*;:@&=$,?#[]", 'odd/back\\slash', 'odd/con', 'odd/aux.txt',
      'odd/new\nline', 'odd/quote"<>|', `odd/${'k'.repeat(1020)}`, 'odd/é'.normalize('NFD'),
    ]; // prettier-ignore
    for (const key of keys) {
      await put(key, `content of ${key}`);
      assert.equal((await bytesOf(key)).toString(), `content of ${key}`);
    }
    const listed = await scene
      .s3()
      .send(new ListObjectsV2Command({ Bucket, Prefix: 'odd/', EncodingType: 'url' }));
    const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    assert.deepEqual(
      listed.Contents?.map(({ Key }) => decodeURIComponent(Key ?? '')),
      [...keys].sort(order),
    );
    await assert.rejects(put('k'.repeat(1025), ''), named('KeyTooLongError'));
  });
});
