import assert from 'node:assert/strict';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { downloadDecrypted } from '../../../src/core/transfer/download.js';
import { uploadEncrypted } from '../../../src/core/transfer/upload.js';
import type { Fault, Seen } from './s3Double.js';
import { backupLike, mib, noWorkersLeft, Scene } from './scene.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Sizes at every edge of a block, a cipher call, a piece and a range. */
const sizes = [
  0,
  1,
  15,
  16,
  17,
  64 * 1024 - 16,
  64 * 1024,
  mib - 17,
  mib - 16,
  mib - 1,
  mib,
  mib + 1,
  8 * mib - 17,
  8 * mib - 16,
  8 * mib - 1,
  8 * mib,
  8 * mib + 1,
  16 * mib,
  30 * mib + 7,
];

describe('decrypting download', () => {
  it('gives back what was encrypted, byte for byte (V1, CBC)', async () => {
    await using scene = await Scene.open();
    for (const size of sizes) {
      const plaintext = backupLike(size);
      scene.putEncrypted('a.bak', plaintext);
      const file = scene.path(`${size}.bak`);
      const result = await downloadDecrypted({ ...scene.from('a.bak'), file });
      assert.ok((await readFile(file)).equals(plaintext), `${size} bytes`);
      assert.equal(result.sha256, sha256(plaintext), `${size} bytes`);
      assert.equal(result.plaintextBytes, size);
      assert.equal(result.authenticated, false);
    }
    for (const key of scene.keys.handedOut) assert.ok(key.every((byte) => byte === 0));
    await noWorkersLeft();
  });

  it('gives back what was encrypted, byte for byte (V2, GCM)', async () => {
    await using scene = await Scene.open();
    for (const size of sizes) {
      const plaintext = backupLike(size);
      putGcm(scene, 'a.bak', plaintext);
      const file = scene.path(`${size}.bak`);
      const result = await downloadDecrypted({ ...scene.from('a.bak'), file });
      assert.ok((await readFile(file)).equals(plaintext), `${size} bytes`);
      assert.equal(result.sha256, sha256(plaintext), `${size} bytes`);
      assert.equal(result.authenticated, true);
    }
    await noWorkersLeft();
  });

  for (const format of ['v1', 'v2'] as const) {
    it(`reads what the upload wrote (${format})`, async () => {
      await using scene = await Scene.open();
      const source = await scene.file('a.bak', 20 * mib + 9);
      await uploadEncrypted({ ...scene.to('a.bak'), file: source, format });
      const file = scene.path('b.bak');
      const events: number[] = [];
      await downloadDecrypted({
        ...scene.from('a.bak'),
        file,
        onProgress: ({ doneBytes }) => events.push(doneBytes),
      });
      assert.ok((await readFile(file)).equals(await readFile(source)));
      assert.deepEqual(
        events,
        events.toSorted((a, b) => a - b),
      );
      assert.deepEqual(await scene.filesLeft(), ['a.bak', 'b.bak']);
    });
  }

  it('goes by an instruction file', async () => {
    await using scene = await Scene.open();
    const plaintext = backupLike(1000);
    const { body, metadata } = scene.putEncrypted('a.bak', plaintext);
    scene.double.put('a.bak', body);
    scene.double.put('a.bak.instruction', Buffer.from(JSON.stringify(metadata)), {
      'x-amz-crypto-instr-file': '',
    });
    const file = scene.path('b.bak');
    await downloadDecrypted({ ...scene.from('a.bak'), file });
    assert.ok((await readFile(file)).equals(plaintext));
  });
});

function putGcm(
  scene: Scene,
  key: string,
  plaintext: Buffer,
  change: (body: Buffer) => Buffer = (same) => same,
): void {
  const dataKey = randomBytes(32);
  const iv = randomBytes(12);
  const context = { 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding' };
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  scene.double.put(key, change(body), {
    'x-amz-key-v2': scene.keys.wrap(dataKey, context).toString('base64'),
    'x-amz-iv': iv.toString('base64'),
    'x-amz-matdesc': JSON.stringify(context),
    'x-amz-wrap-alg': 'kms+context',
    'x-amz-cek-alg': 'AES/GCM/NoPadding',
    'x-amz-tag-len': '128',
  });
}

const size = 30 * mib + 7;

/** The download must fail with `code`, and leave no file. */
async function refused(
  scene: Scene,
  code: string,
  o: Partial<Parameters<typeof downloadDecrypted>[0]> = {},
): Promise<Error> {
  const before = await scene.filesLeft();
  const error = await downloadDecrypted({
    ...scene.from('a.bak'),
    file: scene.path('b.bak'),
    ...o,
  }).then(
    () => assert.fail('the download succeeded'),
    (reason: unknown) => reason as Error & { code: string },
  );
  assert.equal(error.code, code, error.stack);
  assert.deepEqual(await scene.filesLeft(), before);
  for (const key of scene.keys.handedOut) assert.ok(key.every((byte) => byte === 0));
  await noWorkersLeft();
  return error;
}

describe('a download that fails leaves nothing', () => {
  const altered: [what: string, change: (body: Buffer) => Buffer][] = [
    ['cut in the middle of a block', (body) => body.subarray(0, -5)],
    ['cut at a block', (body) => body.subarray(0, -16)],
    ['emptied', () => Buffer.alloc(0)],
    [
      'with wrong padding',
      (body) => {
        const changed = Buffer.from(body);
        changed[changed.length - 17]! ^= 1;
        return changed;
      },
    ],
  ];
  for (const [what, change] of altered) {
    it(`CBC object ${what}`, async () => {
      await using scene = await Scene.open();
      scene.putEncrypted('a.bak', backupLike(size), change, {
        'x-amz-unencrypted-content-length': String(size),
      });
      await refused(scene, 'envelope/decrypt-failed');
    });
    it(`GCM object ${what}`, async () => {
      await using scene = await Scene.open();
      putGcm(scene, 'a.bak', backupLike(size), change);
      await refused(scene, 'envelope/decrypt-failed');
    });
  }

  it('GCM object with one bit changed at its beginning', async () => {
    await using scene = await Scene.open();
    putGcm(scene, 'a.bak', backupLike(size), (body) => {
      body[3]! ^= 1;
      return body;
    });
    await refused(scene, 'envelope/decrypt-failed');
  });

  it('object whose data key is of another key', async () => {
    await using scene = await Scene.open();
    const { metadata, body } = scene.putEncrypted('a.bak', backupLike(size));
    const wrapped = Buffer.from(metadata['x-amz-key'] ?? '', 'base64');
    wrapped[20]! ^= 1;
    scene.double.put('a.bak', body, { ...metadata, 'x-amz-key': wrapped.toString('base64') });
    await refused(scene, 'kms/wrong-context-or-blob');
  });

  it('no object, no bucket, no envelope', async () => {
    await using scene = await Scene.open();
    const missing = await refused(scene, 's3/no-such-object');
    assert.match(missing.message, /"a\.bak".*"backups"/);
    await refused(scene, 's3/no-such-bucket', { bucket: 'nowhere' });
    scene.double.put('a.bak', backupLike(100));
    await refused(scene, 'transfer/not-encrypted');
  });

  it('denied, with the words S3 has for it', async () => {
    await using scene = await Scene.open();
    scene.double.fault = () => ({ status: 403, code: 'AccessDenied' });
    const error = await refused(scene, 's3/access-denied');
    assert.match(error.message, /AccessDenied \(double\)/);
  });

  const inTheMiddle: [what: string, code: string, act: (scene: Scene) => Fault][] = [
    [
      'replaced',
      's3/object-changed',
      (scene) => {
        scene.putEncrypted('a.bak', backupLike(size));
        return undefined;
      },
    ],
    [
      'deleted',
      's3/no-such-object',
      (scene) => {
        scene.double.objects.delete('a.bak');
        return undefined;
      },
    ],
    ['denied', 's3/access-denied', () => ({ status: 403, code: 'AccessDenied' })],
    ['unreachable', 's3/unreachable', () => ({ drop: true, afterBytes: 100_000 })],
    ['unavailable', 's3/unavailable', () => ({ status: 500, code: 'InternalError' })],
  ];
  for (const [what, code, act] of inTheMiddle) {
    it(`object ${what} in the middle`, async () => {
      await using scene = await Scene.open();
      scene.putEncrypted('a.bak', backupLike(size));
      scene.double.fault = (seen) =>
        seen.operation === 'Get' && seen.earlier >= 1 ? act(scene) : undefined;
      await refused(scene, code, { retry: { attempts: 3, baseMs: 1, maxMs: 1 } });
    });
  }

  for (const [stage, operation, earlier] of [
    ['the question', 'Head', 0],
    ['the first range', 'Get', 0],
    ['a later range', 'Get', 3],
  ] as const) {
    it(`cancelled at ${stage}`, async () => {
      await using scene = await Scene.open();
      scene.putEncrypted('a.bak', backupLike(size));
      const controller = new AbortController();
      scene.double.fault = (seen) => {
        if (seen.operation === operation && seen.earlier === earlier) controller.abort();
        return undefined;
      };
      await refused(scene, 'cancelled', { signal: controller.signal });
    });
  }

  it('cancelled at its very end', async () => {
    await using scene = await Scene.open();
    scene.putEncrypted('a.bak', backupLike(size));
    const controller = new AbortController();
    await refused(scene, 'cancelled', {
      signal: controller.signal,
      onProgress: ({ doneBytes, totalBytes }) => {
        if (doneBytes === totalBytes) controller.abort();
      },
    });
  });
});

describe('a download takes up again', () => {
  const faults: [what: string, fault: Fault][] = [
    ['after a 500', { status: 500, code: 'InternalError' }],
    ['after a slow-down', { status: 503, code: 'SlowDown' }],
    ['when the connection breaks', { drop: true, afterBytes: 1_500_001 }],
    ['when the connection breaks in the first block', { drop: true, afterBytes: 7 }],
    ['when the connection goes silent', { hang: true }],
  ];
  for (const [what, fault] of faults) {
    for (const cipher of ['CBC', 'GCM'] as const) {
      it(`${what}, ${cipher}`, async () => {
        await using scene = await Scene.open();
        const plaintext = backupLike(size);
        if (cipher === 'CBC') scene.putEncrypted('a.bak', plaintext);
        else putGcm(scene, 'a.bak', plaintext);
        const failing = (seen: Seen) => seen.operation === 'Get' && seen.earlier % 2 === 0;
        scene.double.fault = (seen) => (failing(seen) && seen.earlier < 8 ? fault : undefined);
        const file = scene.path('b.bak');
        const stallMs = fault && 'hang' in fault ? 1000 : undefined;
        await downloadDecrypted({ ...scene.from('a.bak'), file, stallMs });
        assert.ok((await readFile(file)).equals(plaintext));
      });
    }
  }
});

describe('the target of a download', () => {
  it('that exists is kept, unless it is to be replaced', async () => {
    await using scene = await Scene.open();
    const plaintext = backupLike(1000);
    scene.putEncrypted('a.bak', plaintext);
    await writeFile(scene.path('b.bak'), 'precious');
    await refused(scene, 'transfer/target-exists');
    assert.equal(await readFile(scene.path('b.bak'), 'utf8'), 'precious');
    const file = scene.path('b.bak');
    await downloadDecrypted({ ...scene.from('a.bak'), file, overwrite: true });
    assert.ok((await readFile(file)).equals(plaintext));
  });

  it('that exists is kept when the download that was to replace it fails', async () => {
    await using scene = await Scene.open();
    scene.putEncrypted('a.bak', backupLike(1000), (body) => body.subarray(1));
    await writeFile(scene.path('b.bak'), 'precious');
    await refused(scene, 'envelope/decrypt-failed', { overwrite: true });
    assert.equal(await readFile(scene.path('b.bak'), 'utf8'), 'precious');
  });

  it('that appears during the download is kept', async () => {
    await using scene = await Scene.open();
    scene.putEncrypted('a.bak', backupLike(1000));
    scene.double.fault = async (seen) => {
      if (seen.operation === 'Get') await mkdir(scene.path('b.bak'));
      return undefined;
    };
    const error = await downloadDecrypted({
      ...scene.from('a.bak'),
      file: scene.path('b.bak'),
    }).catch((reason: unknown) => reason);
    assert.equal((error as { code?: string }).code, 'transfer/target-folder');
    assert.deepEqual(await scene.filesLeft(), ['b.bak']);
  });

  it('that is a folder, or lies in none', async () => {
    await using scene = await Scene.open();
    scene.putEncrypted('a.bak', backupLike(1000));
    await refused(scene, 'transfer/target-folder', { file: scene.folder });
    const file = scene.path('no/such/b.bak');
    await refused(scene, 'transfer/target-folder-missing', { file });
  });

  it('has a name as long as names can be', async () => {
    await using scene = await Scene.open();
    scene.putEncrypted('a.bak', backupLike(1000));
    const name = `${'ä'.repeat(120)} b.bak`;
    await downloadDecrypted({ ...scene.from('a.bak'), file: scene.path(name) });
    assert.deepEqual(await scene.filesLeft(), [name]);
  });
});
