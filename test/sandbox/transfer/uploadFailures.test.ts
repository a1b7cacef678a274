import assert from 'node:assert/strict';
import { appendFile, mkdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { CancelledError, EngineError } from '../../../src/core/errors.js';
import { uploadEncrypted, type UploadResult } from '../../../src/core/transfer/upload.js';
import type { Fault, Seen } from './s3Double.js';
import { backupLike, mib, noWorkersLeft, Scene } from './scene.js';

const partSize = 5 * mib;
const severalParts = 4 * partSize + 5;

/** The upload must fail with `code`, and leave nothing behind. Returns the error. */
async function refused(
  scene: Scene,
  upload: Promise<UploadResult>,
  code: string,
): Promise<EngineError> {
  const error = await upload.then(
    () => assert.fail('the upload succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EngineError, String(error));
  assert.equal(error.code, code, error.message);
  assert.equal(scene.double.uploads.size, 0, 'a multipart upload is left');
  for (const key of scene.keys.handedOut) assert.ok(key.every((byte) => byte === 0));
  await noWorkersLeft();
  return error;
}

describe('an upload refuses before anything reaches S3', () => {
  const cases: [what: string, code: string, make: (scene: Scene) => Promise<string>][] = [
    ['a missing file', 'backupFile/not-found', (scene) => Promise.resolve(scene.path('no.bak'))],
    [
      'a folder',
      'backupFile/is-folder',
      async (scene) => {
        await mkdir(scene.path('folder.bak'));
        return scene.path('folder.bak');
      },
    ],
    ['an empty file', 'backupFile/empty', (scene) => scene.file('empty.bak', 0)],
    [
      'a file that is no backup',
      'transfer/not-a-backup',
      async (scene) => {
        await writeFile(scene.path('letter.bak'), 'Dear Sir or Madam');
        return scene.path('letter.bak');
      },
    ],
  ];
  for (const [what, code, make] of cases) {
    it(what, async () => {
      await using scene = await Scene.open();
      const file = await make(scene);
      const error = await refused(scene, uploadEncrypted({ ...scene.to('a.bak'), file }), code);
      assert.ok(error.message.includes(file), error.message);
      assert.deepEqual(scene.double.requests, []);
    });
  }

  it('a file that is no backup goes when the user insists', async () => {
    await using scene = await Scene.open();
    await writeFile(scene.path('letter.txt'), 'Dear Sir or Madam');
    const file = scene.path('letter.txt');
    const result = await uploadEncrypted({ ...scene.to('letter'), file, force: true });
    assert.equal(result.proof.isBackup, false);
    assert.equal(result.proof.plaintextBytes, 17);
  });

  it('an object of the same name, unless it is to be replaced', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 1000);
    scene.double.put('a.bak', Buffer.from('precious'));
    const upload = uploadEncrypted({ ...scene.to('a.bak'), file });
    const error = await refused(scene, upload, 'transfer/object-exists');
    assert.match(error.message, /s3:\/\/backups\/a\.bak/);
    assert.equal(scene.double.objects.get('a.bak')?.body.toString(), 'precious');
    await uploadEncrypted({ ...scene.to('a.bak'), file, overwrite: true });
    assert.equal(scene.double.objects.get('a.bak')?.body.length, 1008);
  });

  it('a KMS key that cannot be used', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 1000);
    scene.keys.refuse = new EngineError('kms/access-denied', 'No.');
    await refused(scene, uploadEncrypted({ ...scene.to('a.bak'), file }), 'kms/access-denied');
    assert.equal(scene.double.count('Put') + scene.double.count('Create'), 0);
  });
});

describe('an upload that cannot be read back', () => {
  it('says that the object is there but not proven', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 1000);
    const denied = new EngineError('kms/access-denied', 'kms:Decrypt is not allowed.');
    scene.keys.decrypt = () => Promise.reject(denied);
    await assert.rejects(uploadEncrypted({ ...scene.to('a.bak'), file }), {
      code: 'transfer/not-proven',
      cause: denied,
      message: /a\.bak was uploaded and is in S3, .* kms:Decrypt is not allowed\./,
    });
    assert.equal(scene.double.objects.size, 1);
  });
});

describe('an upload whose object appears in the meantime', () => {
  for (const [size, operation] of [
    [1000, 'Put'],
    [severalParts, 'Complete'],
  ] as const) {
    it(`does not replace it (${operation})`, async () => {
      await using scene = await Scene.open();
      const file = await scene.file('a.bak', size);
      scene.double.fault = (seen) => {
        if (seen.operation === operation) scene.double.put('a.bak', Buffer.from('precious'));
        return undefined;
      };
      const upload = uploadEncrypted({ ...scene.to('a.bak'), file, partSize });
      await refused(scene, upload, 'transfer/object-exists');
      assert.equal(scene.double.objects.get('a.bak')?.body.toString(), 'precious');
    });
  }
});

describe('an upload notices that its file changes', () => {
  const changes: [what: string, change: (file: string) => Promise<void>][] = [
    ['grows', (file) => appendFile(file, 'more')],
    ['becomes shorter', (file) => truncate(file, 100)],
    ['vanishes', (file) => rm(file)],
    ['is written to', (file) => utimes(file, new Date(), new Date(Date.now() + 5000))],
    [
      'is replaced',
      async (file) => {
        await writeFile(`${file}.new`, backupLike(severalParts));
        await rename(`${file}.new`, file);
      },
    ],
  ];
  // Windows keeps the name of an open file until it is closed, and lets nothing take its place.
  const onlyElsewhere = new Set(['vanishes', 'is replaced']);
  for (const [what, change] of changes) {
    const skip =
      process.platform === 'win32' && onlyElsewhere.has(what)
        ? 'Windows does not allow it while the file is open'
        : false;
    for (const [strategy, memoryBudget] of [
      ['buffered', 16 * mib],
      ['streamed', 8 * mib],
    ] as const) {
      it(`${what}, ${strategy}`, { skip }, async () => {
        await using scene = await Scene.open();
        const file = await scene.file('a.bak', severalParts);
        let changed = false;
        scene.double.fault = async (seen) => {
          if (seen.operation === 'Part' && !changed) {
            changed = true;
            await change(file);
          }
          return undefined;
        };
        const upload = uploadEncrypted({ ...scene.to('a.bak'), file, partSize, memoryBudget });
        const error = await refused(scene, upload, 'transfer/file-changed');
        assert.ok(error.message.includes(file), error.message);
        assert.equal(scene.double.objects.size, 0);
      });
    }
  }

  it('before a single put', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 1000);
    const generateDataKey = scene.keys.generateDataKey.bind(scene.keys);
    scene.keys.generateDataKey = async (...call) => {
      await appendFile(file, 'more');
      return generateDataKey(...call);
    };
    const upload = uploadEncrypted({ ...scene.to('a.bak'), file });
    await refused(scene, upload, 'transfer/file-changed');
    assert.equal(scene.double.objects.size, 0);
  });
});

describe('an upload tries again', () => {
  const faults: [what: string, fault: Fault][] = [
    ['after a 500', { status: 500, code: 'InternalError' }],
    ['after a slow-down', { status: 503, code: 'SlowDown' }],
    ['after damage on the way', { status: 400, code: 'BadDigest' }],
    ['when the connection breaks at once', { drop: true }],
    ['when the connection breaks in the middle of a part', { drop: true, afterBytes: mib }],
    ['when the connection goes silent', { hang: true }],
  ];
  for (const [what, fault] of faults) {
    for (const [strategy, memoryBudget] of [
      ['buffered', 16 * mib],
      ['streamed', 8 * mib],
    ] as const) {
      it(`${what}, ${strategy}`, async () => {
        await using scene = await Scene.open();
        const file = await scene.file('a.bak', severalParts);
        // The SDK's own tries are used up too.
        const failing = (seen: Seen) => seen.operation === 'Part' && seen.earlier < 7;
        scene.double.fault = (seen) => (failing(seen) ? fault : undefined);
        const events: number[] = [];
        await uploadEncrypted({
          ...scene.to('a.bak'),
          file,
          partSize,
          memoryBudget,
          stallMs: fault && 'hang' in fault ? 1000 : undefined,
          onProgress: ({ doneBytes, totalBytes }) => {
            assert.ok(doneBytes <= totalBytes);
            events.push(doneBytes);
          },
        });
        assert.equal(scene.double.uploads.size, 0);
        assert.equal(events.at(-1), severalParts);
        assert.deepEqual(
          events,
          events.toSorted((a, b) => a - b),
        );
      });
    }
  }

  for (const operation of ['Create', 'Complete', 'Put', 'Head', 'Get']) {
    it(`when ${operation} fails`, async () => {
      await using scene = await Scene.open();
      const size = operation === 'Put' ? 1000 : severalParts;
      const file = await scene.file('a.bak', size);
      // The first question comes before the work; somebody waits for its answer.
      const first = operation === 'Head' ? 1 : 0;
      scene.double.fault = (seen) =>
        seen.operation === operation && seen.earlier >= first && seen.earlier < first + 3
          ? { status: 503, code: 'SlowDown' }
          : undefined;
      await uploadEncrypted({ ...scene.to('a.bak'), file, partSize });
      assert.equal(scene.double.uploads.size, 0);
    });
  }

  for (const [size, operation] of [
    [1000, 'Put'],
    [severalParts, 'Complete'],
  ] as const) {
    it(`and knows its own object when the answer to ${operation} gets lost`, async () => {
      await using scene = await Scene.open();
      const file = await scene.file('a.bak', size);
      scene.double.loseAnswer = (seen) => seen.operation === operation && seen.earlier === 0;
      const { etag } = await uploadEncrypted({ ...scene.to('a.bak'), file, partSize });
      assert.equal(etag, scene.double.objects.get('a.bak')?.etag);
      assert.equal(scene.double.count(operation), 2);
    });
  }
});

describe('an upload gives up with a sentence and leaves nothing', () => {
  const cases: [what: string, code: string, fault: (seen: Seen) => Fault, words: RegExp][] = [
    [
      'when the parts are denied',
      's3/access-denied',
      (seen) => (seen.operation === 'Part' ? { status: 403, code: 'AccessDenied' } : undefined),
      /s3:\/\/backups\/a\.bak/,
    ],
    [
      'when the upload is denied',
      's3/access-denied',
      (seen) => (seen.operation === 'Create' ? { status: 403, code: 'AccessDenied' } : undefined),
      /s3:\/\/backups\/a\.bak/,
    ],
    [
      'when the bucket is elsewhere',
      's3/wrong-region',
      () => ({
        status: 301,
        code: 'PermanentRedirect',
        headers: { 'x-amz-bucket-region': 'eu-west-1' },
      }),
      /eu-west-1/,
    ],
    [
      'when the credentials expire',
      'aws/expired-token',
      (seen) => (seen.operation === 'Part' ? { status: 400, code: 'ExpiredToken' } : undefined),
      /Sign in again/,
    ],
    [
      'when S3 keeps failing',
      's3/unavailable',
      (seen) => (seen.operation === 'Part' ? { status: 503, code: 'SlowDown' } : undefined),
      /SlowDown/,
    ],
    [
      'when every connection of a part breaks',
      's3/unreachable',
      (seen) => (seen.operation === 'Part' ? { drop: true, afterBytes: mib } : undefined),
      /network/,
    ],
    [
      'when the completion is denied',
      's3/access-denied',
      (seen) => (seen.operation === 'Complete' ? { status: 403, code: 'AccessDenied' } : undefined),
      /a\.bak/,
    ],
  ];
  for (const [what, code, fault, words] of cases) {
    it(what, async () => {
      await using scene = await Scene.open();
      const file = await scene.file('a.bak', severalParts);
      scene.double.fault = fault;
      const error = await refused(
        scene,
        uploadEncrypted({ ...scene.to('a.bak'), file, partSize }),
        code,
      );
      assert.match(error.message, words);
      assert.equal(scene.double.objects.size, 0);
    });
  }

  it('when there is no such bucket', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 1000);
    const upload = uploadEncrypted({ ...scene.to('a.bak'), file, bucket: 'nowhere' });
    const error = await refused(scene, upload, 's3/no-such-bucket');
    assert.match(error.message, /"nowhere"/);
  });

  it('when nobody listens', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 1000);
    await scene.double.stop();
    const upload = uploadEncrypted({ ...scene.to('a.bak'), file });
    await refused(scene, upload, 's3/unreachable');
  });

  it('and names the upload that it could not remove', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', severalParts);
    scene.double.fault = (seen) =>
      ['Part', 'Abort'].includes(seen.operation)
        ? { status: 403, code: 'AccessDenied' }
        : undefined;
    const error = await uploadEncrypted({ ...scene.to('a.bak'), file, partSize }).catch(
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof EngineError);
    assert.equal(error.code, 'transfer/upload-not-aborted');
    const [uploadId] = scene.double.uploads.keys();
    assert.equal(error.details.uploadId, uploadId);
    assert.match(error.message, /Access denied.*abort-multipart-upload/s);
  });

  it('when the object is not what was sent', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 1000);
    let heads = 0;
    scene.double.fault = (seen) => {
      if (seen.operation === 'Head' && ++heads === 2) scene.putEncrypted('a.bak', backupLike(999));
      return undefined;
    };
    const upload = uploadEncrypted({ ...scene.to('a.bak'), file });
    await refused(scene, upload, 'transfer/proof-failed');
  });
});

describe('a cancelled upload leaves nothing', () => {
  const stages = ['Head', 'Create', 'Part', 'Complete', 'Abort-after-Part'] as const;
  for (const stage of stages) {
    for (const [strategy, memoryBudget] of [
      ['buffered', 16 * mib],
      ['streamed', 8 * mib],
    ] as const) {
      it(`at ${stage}, ${strategy}`, async () => {
        await using scene = await Scene.open();
        const file = await scene.file('a.bak', severalParts);
        const controller = new AbortController();
        const operation = stage === 'Abort-after-Part' ? 'Part' : stage;
        scene.double.fault = (seen) => {
          if (
            seen.operation === operation &&
            seen.earlier >= (stage === 'Abort-after-Part' ? 2 : 0)
          ) {
            controller.abort();
          }
          return undefined;
        };
        const { signal } = controller;
        const upload = uploadEncrypted({
          ...scene.to('a.bak'),
          ...{ file, partSize, memoryBudget, signal },
        });
        const error = await refused(scene, upload, 'cancelled');
        assert.ok(error instanceof CancelledError);
        // Nobody can take back a completion that is under way; a whole object is no left-over.
        assert.equal(scene.double.objects.size, stage === 'Complete' ? 1 : 0);
      });
    }
  }

  it('before it begins', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 1000);
    const signal = AbortSignal.abort();
    await refused(scene, uploadEncrypted({ ...scene.to('a.bak'), file, signal }), 'cancelled');
    assert.deepEqual(scene.double.requests, []);
  });

  it('in a single put', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 1000);
    const controller = new AbortController();
    scene.double.fault = (seen) => {
      if (seen.operation !== 'Put') return undefined;
      controller.abort();
      return { hang: true };
    };
    const { signal } = controller;
    await refused(scene, uploadEncrypted({ ...scene.to('a.bak'), file, signal }), 'cancelled');
    assert.equal(scene.double.objects.size, 0);
  });

  it('while it waits for the next try', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', severalParts);
    const controller = new AbortController();
    scene.double.fault = (seen) => {
      if (seen.operation !== 'Part') return undefined;
      if (seen.earlier > 4) controller.abort();
      return { status: 503, code: 'SlowDown' };
    };
    const retry = { attempts: 50, baseMs: 3_600_000, maxMs: 3_600_000 };
    const { signal } = controller;
    const upload = uploadEncrypted({ ...scene.to('a.bak'), file, partSize, retry, signal });
    await refused(scene, upload, 'cancelled');
  });
});

describe('the requests of an upload', () => {
  it('keep their connections, sign no payload hash and state every checksum', async () => {
    await using scene = await Scene.open();
    const file = await scene.file('a.bak', 20 * partSize);
    await uploadEncrypted({ ...scene.to('a.bak'), file, partSize });
    const parts = scene.double.requests.filter(({ operation }) => operation === 'Part');
    assert.equal(parts.length, 21);
    for (const { headers } of parts) {
      assert.equal(headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
      assert.match(String(headers['x-amz-checksum-crc32']), /^[\w+/]{6}==$/);
      assert.equal(headers.expect, undefined);
      assert.match(String(headers.authorization), /x-amz-checksum-crc32/);
    }
    assert.ok(scene.double.connections <= 10, `${scene.double.connections} connections`);
  });
});
