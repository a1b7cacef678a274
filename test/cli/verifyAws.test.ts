import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type RunningSandbox, startSandbox } from '../support/sandbox.js';
import { type CliOptions, runNode } from './cliProcess.js';
import { SandboxUser } from './sandboxUser.js';

const skip = process.platform === 'win32' ? 'needs signals' : false;
const main = fileURLToPath(new URL('../aws/main.js', import.meta.url));

// The account is the sandbox's: what the program does there, it does in a real one.
describe('npm run verify:aws', () => {
  let sandbox: RunningSandbox;
  let user: SandboxUser;
  let confirmed: string[];
  before(async () => {
    sandbox = await startSandbox({ args: ['--time-scale', '20'] });
    user = new SandboxUser(sandbox.info);
    confirmed = ['--confirm', user.instance.id, '--poll', '0.1'];
  });
  after(async () => {
    user.s3.destroy();
    await sandbox.stop();
  });

  const verify = (args: string[], o: CliOptions = {}) => {
    const { bucket, kmsKeyArn } = user.info;
    const where = [...user.sql, '--bucket', bucket, '--kms-key', kmsKeyArn];
    return runNode([main, ...where, ...args], { ...o, env: user.env });
  };

  /** All that the account holds. */
  const holdings = async () => {
    const { Contents = [] } = await user.s3.send(
      new ListObjectsV2Command({ Bucket: user.info.bucket }),
    );
    const { document: databases } = await user.json(['databases', ...user.sql]);
    return { keys: Contents.map(({ Key }) => Key), databases };
  };
  let held: Awaited<ReturnType<typeof holdings>>;
  beforeEach(async () => {
    held = await holdings();
  });

  it('does nothing before it is confirmed', async () => {
    for (const args of [[], ['--confirm', 'another']]) {
      const { code, stdout, stderr } = await verify(args);
      assert.equal(code, 2);
      assert.match(stdout, /starts five restores/);
      assert.match(stderr, /^Not confirmed: nothing was done\.$/m);
    }
    assert.deepEqual(await holdings(), held);
  });

  it('compares each answer with what is expected, and removes what it made', async () => {
    const { code, stdout, stderr } = await verify(confirmed);
    assert.equal(stderr, '');
    assert.match(stdout, /^agrees +V1 envelope, restored with its key +restored$/m);
    assert.match(stdout, /^learnt +V2 envelope, restored with its key +\S+/m);
    assert.match(stdout, /^agrees +V1 envelope, restored without a key +encrypted-backup-no-key$/m);
    assert.match(stdout, /^agrees +No envelope, .* cse-metadata-incomplete$/m);
    assert.match(stdout, /^agrees +V1 envelope, .* kms-key-does-not-exist$/m);
    assert.match(
      stdout,
      /^agrees +Backup written by RDS, read here +decrypted\n +Metadata: x-amz-/m,
    );
    assert.doesNotMatch(stdout, /DIFFERS/);
    assert.equal(code, 0);
    assert.deepEqual(await holdings(), held);
  });

  it('removes what it made when it is interrupted', { skip }, async () => {
    let interrupted = false;
    const { code, stdout, stderr } = await verify(confirmed, {
      onStdout: (text, child) => {
        if (interrupted || !text.includes('agrees')) return;
        interrupted = true;
        child.kill('SIGINT');
      },
    });
    assert.match(stdout, /what was made is removed first/);
    assert.doesNotMatch(stdout, /Backup written by RDS/);
    assert.equal(stderr, '');
    assert.equal(code, 130);
    assert.deepEqual(await holdings(), held);
  });

  it('says what is not there, and how it is called', async () => {
    const { code, stderr } = await verify(['--instance', 'no-such-instance']);
    assert.equal(code, 1);
    assert.match(stderr, /no-such-instance/);
    const without = await runNode([main]);
    assert.equal(without.code, 2);
    assert.match(without.stderr, /--kms-key KEY/);
  });
});
