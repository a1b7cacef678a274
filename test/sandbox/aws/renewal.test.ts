import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bucketRegion } from '../../../src/core/aws/bucketRegion.js';
import { listInstances } from '../../../src/core/aws/instances.js';
import { kmsKeyService } from '../../../src/core/aws/kmsKeyService.js';
import { listObjects } from '../../../src/core/aws/objects.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import type { SessionOptions } from '../../../src/core/aws/settings.js';
import { EngineError } from '../../../src/core/errors.js';
import { downloadDecrypted } from '../../../src/core/transfer/download.js';
import { uploadEncrypted, type UploadOptions } from '../../../src/core/transfer/upload.js';
import { CloudScene } from '../../support/cloud.js';
import { awsHome } from '../../unit/aws/awsHome.js';
import { backupLike, mib } from '../transfer/scene.js';

const partSize = 5 * mib;
const fileBytes = 5 * partSize + 17;

let home: Awaited<ReturnType<typeof awsHome>>;
let scene: CloudScene;
let folder: string;
let file: string;
let expire: () => void;
const sessions: AwsSession[] = [];

beforeEach(async () => {
  home = await awsHome();
  scene = await CloudScene.start();
  folder = await mkdtemp(path.join(os.tmpdir(), 'renewal-'));
  file = path.join(folder, 'a.bak');
  await writeFile(file, backupLike(fileBytes));
  await home.config('[profile dba]\nregion = us-east-1\n');
  await signIn();
});
afterEach(async () => {
  for (const session of sessions.splice(0)) session.dispose();
  await scene.stop();
  await home.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Writes a new session into the credentials file, as sign-in tools do; {@link expire} ends it. */
async function signIn(): Promise<void> {
  const owner = { roleName: 'backup-operator', userName: undefined, policy: undefined, mfa: false };
  const issued = await scene.cloud.identities.createSession({ ...owner, sessionName: 'dba' }, 3600);
  expire = () => {
    Object.assign(issued, { expires: 0 });
  };
  await home.credentials(
    `[dba]\naws_access_key_id = ${issued.accessKeyId}\naws_secret_access_key = ${issued.secret}\n` +
      `aws_session_token = ${issued.token}\n`,
  );
}

async function open(onCredentialsExpired?: SessionOptions['onCredentialsExpired']) {
  const endpointUrl = scene.endpoint.url;
  const session = await openSession({ profile: 'dba', endpointUrl, onCredentialsExpired });
  sessions.push(session);
  return session;
}

/** Calls `then` after the given answer to an operation. */
function after(s3: S3Client, operation: string, count: number, then: () => void | Promise<void>) {
  let seen = 0;
  s3.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (commandName === operation && ++seen === count) await then();
        return answer;
      },
    { step: 'deserialize', priority: 'low' },
  );
}

/** Counts the requests that succeeded, by operation and part. */
function answered(s3: S3Client): string[] {
  const operations: string[] = [];
  s3.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        const { PartNumber = '' } = args.input as { PartNumber?: number };
        operations.push(`${String(commandName).replace('Command', '')} ${PartNumber}`.trim());
        return answer;
      },
    { step: 'initialize' },
  );
  return operations;
}

async function upload(session: AwsSession, o: Partial<UploadOptions> = {}) {
  return uploadEncrypted({
    file,
    bucket: scene.seed.bucket,
    key: 'a.bak',
    s3: await session.s3(),
    keys: kmsKeyService(session),
    kmsKeyId: scene.seed.kmsKeyArn,
    retry: { attempts: 3, baseMs: 5, maxMs: 20 },
    partSize,
    ...o,
  });
}

async function uploadsLeft(): Promise<number> {
  const answer = await scene
    .s3()
    .send(new ListMultipartUploadsCommand({ Bucket: scene.seed.bucket }));
  return answer.Uploads?.length ?? 0;
}

async function download(session: AwsSession): Promise<Buffer> {
  const target = path.join(folder, 'back.bak');
  await downloadDecrypted({
    file: target,
    bucket: scene.seed.bucket,
    key: 'a.bak',
    s3: await session.s3(),
    keys: kmsKeyService(session),
  });
  return readFile(target);
}

describe('an upload whose credentials expire in the middle', () => {
  for (const [strategy, memoryBudget] of [
    ['buffered', 64 * mib],
    ['streamed', 8 * mib],
  ] as const) {
    for (const [operation, count] of [
      ['UploadPartCommand', 1],
      ['UploadPartCommand', 6],
      ['CreateMultipartUploadCommand', 1],
      ['CompleteMultipartUploadCommand', 1],
    ] as const) {
      it(`goes on after ${operation} ${count}, ${strategy}`, async () => {
        const asked: EngineError[] = [];
        const session = await open(async (error) => {
          asked.push(error);
          await signIn();
        });
        const s3 = await session.s3();
        const operations = answered(s3);
        after(s3, operation, count, () => {
          expire();
        });
        const result = await upload(session, { memoryBudget });
        assert.equal(result.plan.strategy, strategy);
        assert.deepEqual(
          asked.map(({ code }) => code),
          ['aws/expired-token'],
        );
        assert.match(asked[0]!.message, /expired\. Sign in again\.$/);
        const sent = operations.filter((name) => /Part|Create|Complete|Abort/.test(name)).sort();
        assert.deepEqual(sent, [
          'CompleteMultipartUpload',
          'CreateMultipartUpload',
          ...[1, 2, 3, 4, 5, 6].map((part) => `UploadPart ${part}`),
        ]);
        assert.ok((await download(session)).equals(await readFile(file)));
        assert.equal(await uploadsLeft(), 0);
      });
    }
  }

  it('takes no time that the user needs for silence of the network', async () => {
    const session = await open(async () => {
      await sleep(5000);
      await signIn();
    });
    after(await session.s3(), 'UploadPartCommand', 1, () => {
      expire();
    });
    const retry = { attempts: 2, baseMs: 0, maxMs: 0 };
    await upload(session, { retry, stallMs: 2000 });
    assert.equal(await uploadsLeft(), 0);
  });

  it('asks nobody when other credentials lie in the files by then', async () => {
    const session = await open(() => assert.fail('asked'));
    after(await session.s3(), 'UploadPartCommand', 1, async () => {
      expire();
      await signIn();
    });
    await upload(session);
    assert.equal(await uploadsLeft(), 0);
  });

  it('asks again when the user has not really signed in', async () => {
    let asked = 0;
    const session = await open(async () => {
      asked += 1;
      if (asked === 3) await signIn();
    });
    after(await session.s3(), 'UploadPartCommand', 1, () => {
      expire();
    });
    await upload(session);
    assert.equal(asked, 3);
  });

  it('leaves nothing when the user gives up, but has signed in', async () => {
    let asked = 0;
    const session = await open(async () => {
      asked += 1;
      await signIn();
      throw new Error('no');
    });
    after(await session.s3(), 'UploadPartCommand', 1, () => {
      expire();
    });
    await assert.rejects(upload(session), { code: 'aws/expired-token' });
    assert.equal(asked, 1);
    assert.equal(await uploadsLeft(), 0);
  });

  for (const [what, hook] of [
    ['the user gives up', () => Promise.reject(new Error('no'))],
    ['nobody can be asked', undefined],
  ] as const) {
    it(`names what it cannot remove when ${what}`, async () => {
      let asked = 0;
      const session = await open(
        hook &&
          (() => {
            asked += 1;
            return hook();
          }),
      );
      after(await session.s3(), 'UploadPartCommand', 1, () => {
        expire();
      });
      await assert.rejects(upload(session), {
        code: 'transfer/upload-not-aborted',
        message: /credentials (?:have )?expired.*abort-multipart-upload/s,
      });
      assert.equal(asked, hook ? 1 : 0);
      assert.equal(await uploadsLeft(), 1);
    });
  }

  it('stops at once when it is cancelled while the user is asked', async () => {
    for (const operation of ['UploadPartCommand', 'GenerateDataKey']) {
      await signIn();
      const controller = new AbortController();
      const session = await open(() => {
        controller.abort();
        return new Promise<void>(() => undefined);
      });
      const keys = kmsKeyService(session);
      if (operation === 'GenerateDataKey') {
        const generateDataKey = keys.generateDataKey.bind(keys);
        keys.generateDataKey = async (...call) => {
          const key = await generateDataKey(...call);
          expire();
          return key;
        };
      } else {
        after(await session.s3(), operation, 1, () => {
          expire();
        });
      }
      await assert.rejects(upload(session, { keys, signal: controller.signal }), (error) => {
        assert.ok(error instanceof EngineError);
        // Before the upload was created there is nothing to be removed.
        const created = operation === 'UploadPartCommand';
        assert.equal(error.code, created ? 'transfer/upload-not-aborted' : 'cancelled');
        return true;
      });
    }
  });
});

describe('other work whose credentials expire in the middle', () => {
  it('a download goes on where it was', async () => {
    const session = await open(signIn);
    await upload(session);
    const s3 = await session.s3();
    after(s3, 'GetObjectCommand', 1, () => {
      expire();
    });
    assert.ok((await download(session)).equals(await readFile(file)));
  });

  it('calls to all services wait for one answer, also a HEAD that is refused without words', async () => {
    let asked = 0;
    const session = await open(async () => {
      asked += 1;
      await sleep(50);
      await signIn();
    });
    await listInstances(session);
    expire();
    const { bucket, kmsKeyArn, region } = scene.seed;
    const [instances, page, key, found] = await Promise.all([
      listInstances(session),
      listObjects(await session.s3(), { bucket, prefix: '' }),
      kmsKeyService(session).generateDataKey(kmsKeyArn, {}),
      bucketRegion(session, bucket),
    ]);
    assert.equal(asked, 1);
    assert.equal(instances.length, 2);
    assert.deepEqual(page.folders, []);
    assert.equal(key.keyArn, kmsKeyArn);
    assert.equal(found, region);
  });

  it('fails with one code everywhere when the user gives up', async () => {
    const session = await open(() => Promise.reject(new Error('no')));
    await listInstances(session);
    expire();
    const { bucket, kmsKeyArn } = scene.seed;
    const s3 = await session.s3();
    const expired = { code: 'aws/expired-token' };
    await assert.rejects(listInstances(session), expired);
    await assert.rejects(listObjects(s3, { bucket, prefix: '' }), expired);
    await assert.rejects(bucketRegion(session, bucket), expired);
    await assert.rejects(kmsKeyService(session).generateDataKey(kmsKeyArn, {}), expired);
  });

  it('a session whose credentials never worked fails at once', async () => {
    expire();
    for (const session of [await open(() => assert.fail('asked')), await open()]) {
      await assert.rejects(listInstances(session), { code: 'aws/expired-token' });
      await assert.rejects(bucketRegion(session, scene.seed.bucket), { code: 'aws/expired-token' });
    }
  });
});
