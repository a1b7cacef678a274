import { HeadObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fixture } from '../support/paths.js';
import { startSandbox } from '../support/sandbox.js';
import { cli } from './cliProcess.js';
import { awsEnvironment, SandboxUser } from './sandboxUser.js';

const sample = fixture('backups', 'mssql2016-full-compressed-northwind.bak');
/** Windows has no signals: `kill` ends a process at once there. */
const skip = process.platform === 'win32' ? 'needs signals' : false;

describe('being stopped', { skip }, () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let user: SandboxUser;
  let folder: string;
  let big: string;
  let key: string[];

  before(async () => {
    // Slow: a task is still running when it is cancelled.
    sandbox = await startSandbox({ args: ['--time-scale', '1'] });
    user = new SandboxUser(sandbox.info);
    key = ['--kms-key', user.info.kmsKeyArn];
    folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-interrupt-'));
    big = path.join(folder, 'big.bak');
    await copyFile(sample, big);
    await truncate(big, 256 * 2 ** 20);
  });
  after(async () => {
    user.s3.destroy();
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const pendingUploads = async () => {
    const list = new ListMultipartUploadsCommand({ Bucket: user.info.bucket });
    return (await user.s3.send(list)).Uploads ?? [];
  };

  /** Waits until `isThere`, then sends the signal. */
  async function signalWhen(
    child: ChildProcess,
    signal: NodeJS.Signals,
    isThere: () => Promise<boolean>,
  ) {
    while (child.exitCode === null && !(await isThere())) await delay(20);
    child.kill(signal);
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`by ${signal} in the middle of an upload leaves nothing in S3`, async () => {
      let signalled: Promise<void> | undefined;
      const run = await user.run(['upload', big, user.uri('big.bak'), ...key], {
        onSpawn: (child) => {
          signalled = signalWhen(child, signal, async () => (await pendingUploads()).length > 0);
        },
      });
      await signalled;
      assert.equal(run.code, 130, run.stderr);
      assert.match(run.stderr, /Stopping…[\s\S]*nothing is left in S3\.\nCancelled\.\n$/);
      assert.equal(run.stdout, '');
      assert.deepEqual(await pendingUploads(), []);
      const head = new HeadObjectCommand({ Bucket: user.info.bucket, Key: 'big.bak' });
      await assert.rejects(user.s3.send(head), { name: 'NotFound' });
    });
  }

  it('twice ends at once', async () => {
    const started = await user.run(['upload', big, user.uri('big.bak'), ...key], {
      onSpawn: (child) => {
        void signalWhen(child, 'SIGINT', async () => (await pendingUploads()).length > 0);
      },
      onStderr: (text, child) => {
        if (text.includes('Stopping…')) child.kill('SIGINT');
      },
    });
    assert.equal(started.code, 130, started.stderr);
  });

  it('in the middle of a download leaves no file', async () => {
    const up = await user.run(['upload', big, user.uri('there.bak'), ...key]);
    assert.equal(up.code, 0, up.stderr);
    const target = path.join(folder, 'target');
    await mkdir(target);
    let signalled: Promise<void> | undefined;
    const run = await user.run(['download', user.uri('there.bak'), target], {
      onSpawn: (child) => {
        signalled = signalWhen(child, 'SIGINT', async () => (await readdir(target)).length > 0);
      },
    });
    await signalled;
    assert.equal(run.code, 130, run.stderr);
    assert.match(run.stderr, /nothing is left behind\.\nCancelled\.\n$/);
    assert.deepEqual(await readdir(target), []);
  });

  it('while following leaves the task running; cancel ends it', async () => {
    const up = await user.run(['upload', sample, user.uri('n.bak'), ...key]);
    assert.equal(up.code, 0, up.stderr);
    const args = ['restore', ...user.sql, '--from', user.uri('n.bak'), '--database', 'N', ...key];
    const run = await user.run([...args, '--follow'], {
      onStdout: (text, child) => {
        if (text.includes('Task 1 is')) child.kill('SIGINT');
      },
    });
    assert.equal(run.code, 130, run.stdout + run.stderr);
    assert.match(run.stderr, /Task 1 goes on on the instance/);
    assert.match(run.stderr, /Cancel it: +rds-backup cancel 1 --instance/);

    const running = await user.json<{ task: { lifecycle: string } }>(['task', '1', ...user.sql]);
    assert.match(running.document.task.lifecycle, /CREATED|IN_PROGRESS/);
    const cancelled = await user.run(['cancel', '1', ...user.sql]);
    assert.equal(cancelled.code, 0, cancelled.stderr);
    assert.match(cancelled.stdout, /asked to cancel task 1/);
    const followed = await user.run(['task', '1', '--follow', ...user.sql]);
    assert.equal(followed.code, 1, followed.stdout);
    assert.match(followed.stderr, /Task 1 was cancelled/);
  });

  it('stops the sandbox that the program has started', async () => {
    const state = path.join(folder, 'state');
    const started = await cli(
      ['sandbox', '--json', '--port', '0', '--sql-port', '0', '--state', state],
      {
        onStdout: (text, child) => {
          if (text.includes('\n')) child.kill('SIGTERM');
        },
      },
    );
    assert.equal(started.code, 0, started.stderr);
    const info = JSON.parse(started.stdout) as SandboxUser['info'];
    const later = await cli(['instances'], { env: awsEnvironment(info) });
    assert.equal(later.code, 1);
    assert.match(later.stderr, /ECONNREFUSED/);
  });
});
