import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fixture } from '../support/paths.js';
import { startSandbox } from '../support/sandbox.js';
import { SandboxUser } from './sandboxUser.js';

const sample = fixture('backups', 'mssql2016-full-compressed-northwind.bak');
const oddName = 'Sicherung Nº1 #2 + 100%.bak';
const flat = (text: string) => text.replace(/\s+/g, ' ');

interface Uploads {
  uploads: {
    file: string;
    key: string;
    format?: string;
    keyArn?: string;
    plaintextBytes?: number;
    ciphertextBytes?: number;
    proof?: { isBackup: boolean; checks: string[] };
    error?: { code: string; message: string };
  }[];
}

describe('upload, inspect, verify, download', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let user: SandboxUser;
  let folder: string;
  let key: string[];
  const local = (name: string) => path.join(folder, name);

  before(async () => {
    sandbox = await startSandbox();
    user = new SandboxUser(sandbox.info);
    key = ['--kms-key', user.info.kmsKeyArn];
    folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-transfer '));
    await copyFile(sample, local(oddName));
    await writeFile(local('notes.txt'), 'no backup '.repeat(1000));
    await writeFile(local('empty.bak'), '');
  });
  after(async () => {
    user.s3.destroy();
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('take a backup to S3 and back, whatever its name', async () => {
    const object = user.uri(`a folder/Ünï & co/${oddName}`);
    const up = await user.json<Uploads>([
      'upload',
      local(oddName),
      user.uri('a folder/Ünï & co/'),
      ...key,
    ]);
    assert.equal(up.code, 0, up.stderr);
    const [upload] = up.document.uploads;
    assert.equal(upload?.key, `a folder/Ünï & co/${oddName}`);
    assert.equal(upload.format, 'v1');
    assert.equal(upload.keyArn, user.info.kmsKeyArn);
    assert.equal(upload.plaintextBytes, 1_125_376);
    assert.equal(upload.ciphertextBytes, 1_125_392);
    assert.equal(upload.proof?.isBackup, true);

    const head = await user.s3.send(
      new HeadObjectCommand({ Bucket: user.info.bucket, Key: upload.key }),
    );
    assert.equal(head.Metadata?.['x-amz-matdesc'], '{}');
    assert.ok(head.Metadata['x-amz-key'] && head.Metadata['x-amz-iv']);

    const seen = await user.run(['inspect', object]);
    assert.equal(seen.code, 0, seen.stderr);
    for (const fact of [
      /^ {2}Envelope +V1$/m,
      /^ {2}Metadata +x-amz-iv, x-amz-key, x-amz-matdesc, x-amz-unencrypted-content-length$/m,
      /^ {2}Cipher +AES\/CBC\/PKCS5Padding$/m,
      /^ {2}Plaintext size +1\.07 MiB \(1,125,376 bytes\)$/m,
      /^ {2}RDS can read it +yes\. /m,
      /^ {2}Database +NORTHWIND$/m,
    ]) {
      assert.match(seen.stdout, fact);
    }
    assert.ok(flat(seen.stdout).includes(`KMS key ${user.info.kmsKeyArn}`));

    const proof = await user.run(['verify', object]);
    assert.equal(proof.code, 0, proof.stderr);
    assert.match(proof.stdout, /✓ KMS unwrapped the data key/);
    assert.match(
      proof.stdout,
      /✓ The first blocks decrypt to the beginning of a SQL Server backup/,
    );

    const down = await user.json<{ file: string; sha256: string }>([
      'download',
      object,
      local('back.bak'),
    ]);
    assert.equal(down.code, 0, down.stderr);
    const original = await readFile(sample);
    assert.deepEqual(await readFile(local('back.bak')), original);
    assert.equal(down.document.sha256, createHash('sha256').update(original).digest('hex'));
  });

  it('says in words what it did', async () => {
    const run = await user.run(['upload', sample, user.uri('words/n.bak'), ...key]);
    assert.equal(run.code, 0, run.stderr);
    assert.match(
      run.stdout,
      /^Uploaded .*\n {2}Object +s3:\/\/.*\/words\/n\.bak\n {2}KMS key +arn:aws/,
    );
    assert.match(run.stdout, /^ {2}Size +1\.07 MiB in /m);
    assert.match(run.stdout, /a SQL Server backup, ready to restore/);
    await mkdir(local('target'));
    const down = await user.run(['download', user.uri('words/n.bak'), local('target')]);
    assert.equal(down.code, 0, down.stderr);
    assert.match(down.stdout, /SHA-256 +[0-9a-f]{64}\n$/);
    assert.deepEqual(await readdir(local('target')), ['n.bak']);
  });

  it('writes V2 when told to, and inspect tells that from the proven form', async () => {
    const up = await user.json<Uploads>([
      'upload',
      sample,
      user.uri('v2.bak'),
      ...key,
      '--format',
      'V2',
    ]);
    assert.equal(up.document.uploads[0]?.format, 'v2');
    const seen = await user.json<{ backups: Record<string, unknown>[] }>([
      'inspect',
      user.uri('v2.bak'),
    ]);
    const [backup] = seen.document.backups as [
      { readability: { rds: { canRead: string } }; keyArn: string; header: { sets: unknown[] } },
    ];
    assert.equal(backup.readability.rds.canRead, 'unproven');
    assert.equal(backup.keyArn, user.info.kmsKeyArn);
    assert.equal(backup.header.sets.length, 1);
  });

  it('never replaces anything unless told to', async () => {
    const once = ['upload', sample, user.uri('once.bak'), ...key];
    assert.equal((await user.run(once)).code, 0);
    const again = await user.json<Uploads>(once);
    assert.equal(again.code, 1);
    assert.equal(again.document.uploads[0]?.error?.code, 'transfer/object-exists');
    assert.equal((await user.run([...once, '--overwrite'])).code, 0);

    await writeFile(local('mine.bak'), 'precious');
    const down = ['download', user.uri('once.bak'), local('mine.bak')];
    const refused = await user.run(down);
    assert.equal(refused.code, 1);
    assert.equal(await readFile(local('mine.bak'), 'utf8'), 'precious');
    assert.equal((await user.run([...down, '--overwrite'])).code, 0);
    assert.equal((await readFile(local('mine.bak'))).length, 1_125_376);
  });

  it('uploads the others when one file cannot be, and ends with 1', async () => {
    const run = await user.json<Uploads>([
      'upload',
      ...[local('notes.txt'), local('empty.bak'), local('missing.bak'), local('*%.bak')],
      user.uri('many'),
      ...key,
    ]);
    assert.equal(run.code, 1);
    const errors = run.document.uploads.map(({ error }) => error?.code);
    assert.equal(errors.filter((code) => code === undefined).length, 1);
    assert.equal(run.document.uploads.at(-1)?.key, `many/${oddName}`);
    assert.match(
      run.stderr,
      /1 of 4 files uploaded; not uploaded: .*notes\.txt, .*empty\.bak, .*missing\.bak/,
    );
    const listed = await user.s3.send(
      new ListObjectsV2Command({ Bucket: user.info.bucket, Prefix: 'many/' }),
    );
    assert.deepEqual(
      listed.Contents?.map(({ Key }) => Key),
      [`many/${oddName}`],
    );
  });

  it('uploads what is no backup when told to, and says that RDS cannot restore it', async () => {
    const run = await user.run(['upload', local('notes.txt'), user.uri('x/'), ...key, '--force']);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /Not a SQL Server backup: RDS cannot restore it/);
    const proof = await user.json<{ error: { code: string } }>(['verify', user.uri('x/notes.txt')]);
    assert.equal(proof.code, 1);
    assert.equal(proof.document.error.code, 'transfer/not-a-backup');
    const seen = await user.run(['inspect', user.uri('x/notes.txt')]);
    assert.equal(seen.code, 1);
    assert.match(seen.stdout, /^ {2}Envelope +V1$/m);
  });

  it('names what is not there', async () => {
    const missing = await user.json<{ error: { code: string } }>([
      'verify',
      user.uri('no such.bak'),
    ]);
    assert.equal(missing.code, 1);
    assert.equal(missing.document.error.code, 's3/no-such-object');
    const bucket = await user.run(['download', 's3://no-such-bucket-4711/k.bak', local('k.bak')]);
    assert.equal(bucket.code, 1);
    assert.match(bucket.stderr, /no-such-bucket-4711/);
    const noKey = await user.run([
      'upload',
      sample,
      user.uri('k/'),
      '--kms-key',
      'alias/no-such-key',
    ]);
    assert.equal(noKey.code, 1);
    assert.match(noKey.stderr, /no-such-key/);
    const forged = await user.run(['upload', sample, user.uri('k/'), ...key], {
      env: { AWS_SECRET_ACCESS_KEY: 'forged' },
    });
    assert.equal(forged.code, 1);
    assert.match(forged.stderr, /signature/i);
    assert.doesNotMatch(missing.stderr + bucket.stderr + noKey.stderr, /\n {4}at /);
  });

  it('shows a plain object as what it is', async () => {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    await user.s3.send(
      new PutObjectCommand({
        Bucket: user.info.bucket,
        Key: 'plain.bak',
        Body: await readFile(sample),
        ServerSideEncryption: 'AES256',
      }),
    );
    const seen = await user.run(['inspect', user.uri('plain.bak')]);
    assert.equal(seen.code, 0, seen.stderr);
    assert.match(seen.stdout, /^ {2}Envelope +none: not client-side encrypted$/m);
    assert.match(seen.stdout, /^ {2}Database +NORTHWIND$/m);
    const down = await user.json<{ error: { code: string } }>([
      'download',
      user.uri('plain.bak'),
      local('p.bak'),
    ]);
    assert.equal(down.document.error.code, 'transfer/not-encrypted');
    const { Body } = await user.s3.send(
      new GetObjectCommand({ Bucket: user.info.bucket, Key: 'plain.bak' }),
    );
    assert.equal((await Body?.transformToByteArray())?.length, 1_125_376);
  });

  it('finds place and identity in a profile', async () => {
    const { region, accessKeyId, secretAccessKey } = user.info;
    await writeFile(
      local('config'),
      `[profile night-shift]\nregion = ${region}\n` +
        `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    const none = {
      AWS_REGION: '',
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
    };
    const run = await user.run(['--profile', 'night-shift', 'instances'], {
      env: { ...none, AWS_CONFIG_FILE: local('config') },
    });
    assert.equal(run.code, 0, run.stderr);
  });
});
