import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { isCancelled } from '../../../src/core/errors.js';
import { downloadDecrypted } from '../../../src/core/transfer/download.js';
import { uploadEncrypted } from '../../../src/core/transfer/upload.js';
import { verifyObject } from '../../../src/core/transfer/verify.js';
import { largeBackup, partBytes, sha256Of, smallBackup } from '../backups.js';
import type { EmulatorScene } from './emulatorScene.js';

/** PutObject, the multipart calls, HeadObject and ranged GetObject. */
export function transferTests(scene: EmulatorScene): void {
  for (const format of ['v1', 'v2'] as const) {
    for (const size of ['small', 'large'] as const) {
      it(`uploads a ${size} file as ${format}, proves it and gets it back`, async () => {
        const { bucket, s3, keys, kmsKeyArn, folder } = scene;
        const { file, sha256 } = size === 'small' ? await smallBackup() : await largeBackup(folder);
        const target = { bucket, key: `${format}/${size} ü+.bak`, s3, keys };
        const upload = { ...target, file, kmsKeyId: kmsKeyArn, format, partSize: partBytes };
        await uploadEncrypted(upload);
        await checkStored(scene, target.key, format, size === 'large' ? 3 : 1);
        await verifyObject(target);
        const copy = path.join(folder, `${format}-${size}.bak`);
        const result = await downloadDecrypted({ ...target, file: copy });
        assert.equal(result.sha256, sha256);
        assert.equal(await sha256Of(copy), sha256);
      });
    }
  }

  it('leaves nothing of an upload that is broken off', async () => {
    const { bucket, s3, keys, kmsKeyArn } = scene;
    const { file } = await largeBackup(scene.folder, 8 * partBytes);
    const stop = new AbortController();
    const upload = uploadEncrypted({
      ...{ file, bucket, key: 'broken-off.bak', s3, keys, kmsKeyId: kmsKeyArn },
      ...{ partSize: partBytes, signal: stop.signal },
      onProgress: ({ doneBytes }) => {
        if (doneBytes > 0) stop.abort();
      },
    });
    await assert.rejects(upload, isCancelled);
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    await assert.rejects(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'broken-off.bak' })));
    await checkNoUploads(scene);
  });
}

async function checkStored(scene: EmulatorScene, key: string, format: 'v1' | 'v2', parts: number) {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const head = await scene.s3.send(new HeadObjectCommand({ Bucket: scene.bucket, Key: key }));
  assert.ok(head.Metadata?.[format === 'v1' ? 'x-amz-key' : 'x-amz-key-v2']);
  // An ETag ends with the number of parts when there is more than one.
  assert.match(head.ETag ?? '', parts === 1 ? /^"[0-9a-f]{32}"$/ : new RegExp(`-${parts}"$`));
  await checkNoUploads(scene);
}

async function checkNoUploads({ s3, bucket }: EmulatorScene) {
  const { ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3');
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  assert.deepEqual(Uploads, []);
}
