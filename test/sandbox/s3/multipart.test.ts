import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import { CloudScene, named } from '../../support/cloud.js';

const MiB = 2 ** 20;
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();

describe('S3 multipart uploads', () => {
  let scene: CloudScene;
  let Bucket: string;
  before(async () => {
    scene = await CloudScene.start();
    Bucket = scene.seed.bucket;
  });
  after(() => scene.stop());

  type Create = Omit<CreateMultipartUploadCommandInput, 'Bucket' | 'Key'>;
  async function begin(Key: string, more: Create = {}): Promise<string> {
    const answer = await scene
      .s3()
      .send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
    return answer.UploadId!;
  }

  async function part(
    Key: string,
    UploadId: string,
    PartNumber: number,
    Body: Buffer,
  ): Promise<CompletedPart> {
    const answer = await scene
      .s3()
      .send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    return { PartNumber, ETag: answer.ETag };
  }

  const complete = (Key: string, UploadId: string, Parts: CompletedPart[]) =>
    scene
      .s3()
      .send(
        new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
      );

  const bytesOf = async (Key: string, more: { Range?: string; PartNumber?: number } = {}) => {
    const { Body } = await scene.s3().send(new GetObjectCommand({ Bucket, Key, ...more }));
    return Buffer.from(await Body!.transformToByteArray());
  };

  const dataFiles = async () => {
    const { id } = scene.cloud.buckets.require(Bucket).record;
    return (await readdir(path.join(scene.folder, 'aws', 's3', id, 'data'))).length;
  };

  it('puts parts together in order, whatever the order they came in', async () => {
    const bodies = [randomBytes(5 * MiB), randomBytes(6 * MiB), randomBytes(123)];
    const id = await begin('ordered', { Metadata: { 'x-amz-iv': 'abc' }, ContentType: 'x/y' });
    const third = await part('ordered', id, 30, bodies[2]!);
    const [first, second] = await Promise.all([
      part('ordered', id, 1, bodies[0]!),
      part('ordered', id, 7, bodies[1]!),
    ]);
    const answer = await complete('ordered', id, [first, second, third]);
    const etag = createHash('md5')
      .update(Buffer.concat(bodies.map(md5)))
      .digest('hex');
    assert.equal(answer.ETag, `"${etag}-3"`);

    const whole = Buffer.concat(bodies);
    assert.deepEqual(await bytesOf('ordered'), whole);
    const across = await bytesOf('ordered', { Range: `bytes=${5 * MiB - 10}-${11 * MiB + 9}` });
    assert.deepEqual(across, whole.subarray(5 * MiB - 10, 11 * MiB + 10));
    assert.deepEqual(await bytesOf('ordered', { PartNumber: 2 }), bodies[1]);
    const head = await scene
      .s3()
      .send(new HeadObjectCommand({ Bucket, Key: 'ordered', PartNumber: 3 }));
    assert.equal(head.PartsCount, 3);
    assert.equal(head.ContentLength, 123);
    assert.deepEqual(head.Metadata, { 'x-amz-iv': 'abc' });
    assert.equal(head.ContentType, 'x/y');
    // Asked again, as by a client whose answer was lost, it says the same.
    assert.equal((await complete('ordered', id, [first, second, third])).ETag, answer.ETag);
  });

  it('replaces a part that is uploaded again, and drops parts that are not named', async () => {
    const files = await dataFiles();
    const id = await begin('again');
    const stale = await part('again', id, 1, randomBytes(5 * MiB));
    const body = randomBytes(5 * MiB);
    const fresh = await part('again', id, 1, body);
    await part('again', id, 2, randomBytes(5 * MiB));
    await assert.rejects(complete('again', id, [stale]), named('InvalidPart'));
    await complete('again', id, [fresh]);
    assert.deepEqual(await bytesOf('again'), body);
    assert.equal(await dataFiles(), files + 1);
  });

  it('checks the list of parts', async () => {
    const id = await begin('checked');
    const small = await part('checked', id, 1, randomBytes(1000));
    const second = await part('checked', id, 2, randomBytes(1000));
    await assert.rejects(complete('checked', id, [small, second]), named('EntityTooSmall'));
    await assert.rejects(complete('checked', id, [second, small]), named('InvalidPartOrder'));
    await assert.rejects(
      complete('checked', id, [{ PartNumber: 3, ETag: '"0"' }]),
      named('InvalidPart'),
    );
    await assert.rejects(complete('checked', id, []), named('MalformedXML'));
    await assert.rejects(complete('other key', id, [small]), named('NoSuchUpload'));
    await assert.rejects(part('checked', id, 0, Buffer.alloc(1)), named('InvalidArgument'));
    await assert.rejects(part('checked', id, 10_001, Buffer.alloc(1)), named('InvalidArgument'));
    // After all that it can still be completed.
    await complete('checked', id, [second]);
  });

  it('leaves nothing of an upload that is aborted, even while a part is on its way', async () => {
    const files = await dataFiles();
    const id = await begin('aborted');
    // An id that began with a dash would be an option to the AWS CLI.
    assert.match(id, /^[0-9a-f]+$/);
    await part('aborted', id, 1, randomBytes(2 * MiB));
    const late = part('aborted', id, 2, randomBytes(20 * MiB)).catch((error: unknown) => error);
    const abort = new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId: id });
    await scene.s3().send(abort);
    await late;
    await assert.rejects(scene.s3().send(abort), named('NoSuchUpload'));
    await assert.rejects(part('aborted', id, 1, Buffer.alloc(1)), named('NoSuchUpload'));
    assert.equal(await dataFiles(), files);
  });

  it('lists parts and uploads by pages', async () => {
    const id = await begin('listed/x');
    for (const number of [5, 1, 3]) await part('listed/x', id, number, randomBytes(10 + number));
    const parts = (marker?: string) =>
      scene.s3().send(
        new ListPartsCommand({
          Bucket,
          Key: 'listed/x',
          UploadId: id,
          MaxParts: 2,
          PartNumberMarker: marker,
        }),
      );
    const first = await parts();
    assert.deepEqual(first.Parts?.map((p) => [p.PartNumber, p.Size]), [[1, 11], [3, 13]]); // prettier-ignore
    assert.equal(first.IsTruncated, true);
    const rest = await parts(first.NextPartNumberMarker);
    assert.deepEqual(rest.Parts?.map((p) => p.PartNumber), [5]); // prettier-ignore
    assert.equal(rest.IsTruncated, false);

    const ids = [id, await begin('listed/x'), await begin('listed/y')];
    const seen: string[] = [];
    let markers: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const page = await scene
        .s3()
        .send(
          new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed/', MaxUploads: 1, ...markers }),
        );
      seen.push(...(page.Uploads ?? []).map((upload) => upload.UploadId!));
      if (!page.IsTruncated) break;
      markers = { KeyMarker: page.NextKeyMarker!, UploadIdMarker: page.NextUploadIdMarker! };
    }
    assert.deepEqual(seen.sort(), ids.sort());
  });

  it('keeps an unfinished upload over a restart', async () => {
    const bodies = [randomBytes(5 * MiB), randomBytes(77)];
    const id = await begin('restarted', { Metadata: { m: '1' } });
    const first = await part('restarted', id, 1, bodies[0]!);
    await scene.restart();
    const listed = await scene
      .s3()
      .send(new ListPartsCommand({ Bucket, Key: 'restarted', UploadId: id }));
    assert.deepEqual(listed.Parts?.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })), [first]); // prettier-ignore
    const second = await part('restarted', id, 2, bodies[1]!);
    await complete('restarted', id, [first, second]);
    await scene.restart();
    assert.deepEqual(await bytesOf('restarted'), Buffer.concat(bodies));
    const head = await scene.s3().send(new HeadObjectCommand({ Bucket, Key: 'restarted' }));
    assert.deepEqual(head.Metadata, { m: '1' });
  });

  it('clears away what a crash has left', async () => {
    const body = randomBytes(5 * MiB);
    const id = await begin('crashed');
    const sent = await part('crashed', id, 1, body);
    const folder = path.join(
      scene.folder,
      'aws',
      's3',
      scene.cloud.buckets.require(Bucket).record.id,
    );
    const upload = path.join(folder, 'uploads', id);
    const kept = path.join(scene.folder, 'kept');
    await cp(upload, kept, { recursive: true });
    await complete('crashed', id, [sent]);
    // As if the process had ended when the object was there and the upload not yet gone; another
    // write had only begun, and bytes of a third belong to nobody.
    await scene.restart(async () => {
      await cp(kept, upload, { recursive: true });
      await rm(kept, { recursive: true });
      await writeFile(path.join(folder, 'objects', 'half.json.1-1.tmp'), '{"key":');
      await writeFile(path.join(folder, 'data', 'stray'), 'bytes');
    });
    assert.deepEqual(await bytesOf('crashed'), body);
    await assert.rejects(part('crashed', id, 1, Buffer.alloc(1)), named('NoSuchUpload'));
    assert.ok(!(await readdir(path.join(folder, 'data'))).includes('stray'));
    assert.ok(!(await readdir(path.join(folder, 'objects'))).includes('half.json.1-1.tmp'));
    assert.deepEqual(await readdir(upload).catch(() => 'gone'), 'gone');
  });

  it('computes composite and full-object checksums', async () => {
    const bodies = [randomBytes(5 * MiB), randomBytes(5 * MiB), randomBytes(999)];
    for (const ChecksumType of ['COMPOSITE', 'FULL_OBJECT'] as const) {
      const Key = `sum-${ChecksumType}`;
      const id = await begin(Key, { ChecksumAlgorithm: 'CRC32', ChecksumType });
      const parts: CompletedPart[] = [];
      for (const [index, Body] of bodies.entries()) {
        const PartNumber = index + 1;
        const sent = await scene.s3().send(
          new UploadPartCommand({
            Bucket,
            Key,
            UploadId: id,
            PartNumber,
            Body,
            ChecksumAlgorithm: 'CRC32',
          }),
        );
        parts.push({ PartNumber, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32 });
      }
      const wrong = parts.map((p) => ({ ...p, ChecksumCRC32: 'AAAAAA==' }));
      await assert.rejects(complete(Key, id, wrong), named('InvalidPart'));
      const { ChecksumCRC32 } = await complete(Key, id, parts);
      const crc = (bytes: Buffer) => {
        const value = Buffer.alloc(4);
        value.writeUInt32BE(crc32(bytes));
        return value;
      };
      const expected =
        ChecksumType === 'COMPOSITE'
          ? `${crc(Buffer.concat(bodies.map(crc))).toString('base64')}-3`
          : crc(Buffer.concat(bodies)).toString('base64');
      assert.equal(ChecksumCRC32, expected);
      const attributes = await scene.s3().send(
        new GetObjectAttributesCommand({
          Bucket,
          Key,
          ObjectAttributes: ['Checksum', 'ObjectParts'],
        }),
      );
      assert.equal(attributes.Checksum?.ChecksumCRC32, expected);
      assert.equal(attributes.Checksum.ChecksumType, ChecksumType);
      assert.deepEqual(
        attributes.ObjectParts?.Parts?.map((p) => p.Size),
        bodies.map((body) => body.length),
      );
    }
    await assert.rejects(
      begin('sum', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }),
      named('InvalidRequest'),
    );
  });

  it('refuses a part of another checksum than the upload was created with', async () => {
    const id = await begin('mixed', { ChecksumAlgorithm: 'SHA256' });
    await assert.rejects(
      scene.s3().send(
        new UploadPartCommand({
          Bucket,
          Key: 'mixed',
          UploadId: id,
          PartNumber: 1,
          Body: 'x',
          ChecksumAlgorithm: 'CRC32',
        }),
      ),
      named('InvalidRequest', /Checksum Type mismatch/),
    );
  });

  it('copies ranges of an object into parts', async () => {
    const body = randomBytes(6 * MiB);
    await new Upload({ client: scene.s3(), params: { Bucket, Key: 'from', Body: body } }).done();
    const id = await begin('joined');
    const copy = async (PartNumber: number, CopySourceRange: string): Promise<CompletedPart> => {
      const answer = await scene.s3().send(
        new UploadPartCopyCommand({
          Bucket,
          Key: 'joined',
          UploadId: id,
          PartNumber,
          CopySource: `${Bucket}/from`,
          CopySourceRange,
        }),
      );
      return { PartNumber, ETag: answer.CopyPartResult?.ETag };
    };
    const parts = [
      await copy(1, `bytes=0-${5 * MiB - 1}`),
      await copy(2, `bytes=${5 * MiB}-${6 * MiB - 1}`),
    ];
    await assert.rejects(copy(3, `bytes=0-${6 * MiB}`), named('InvalidArgument'));
    await complete('joined', id, parts);
    assert.deepEqual(await bytesOf('joined'), body);
  });

  it('takes many parts at once from lib-storage', async () => {
    const body = randomBytes(40 * MiB + 5);
    await new Upload({
      client: scene.s3(),
      params: { Bucket, Key: 'lib', Body: body },
      partSize: 5 * MiB,
      queueSize: 8,
    }).done();
    assert.ok((await bytesOf('lib')).equals(body));
    assert.deepEqual(scene.logged, []);
  });
});
