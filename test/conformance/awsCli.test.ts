import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AwsCli } from './awsCli.js';
import { awsEnvironment } from './awsPlace.js';
import { mebibyte, sha256Of } from './backups.js';
import { runChecks } from './checks.js';
import { CleanUp } from './cleanUp.js';
import { offeredOperations } from './offeredOperations.js';
import { type SandboxPlace, startSandboxPlace } from './sandboxPlace.js';

describe('the AWS CLI against the sandbox', () => {
  const cleanUp = new CleanUp();
  let place: SandboxPlace;
  let folder: string;
  let aws: AwsCli;
  const inFolder = (...parts: string[]) => path.join(folder, ...parts);
  before(async () => {
    place = await startSandboxPlace();
    cleanUp.add(place.stop);
    folder = await cleanUp.temporaryFolder();
    aws = await AwsCli.in(folder, place);
  });
  after(() => cleanUp.run());

  it('copies a file of 20 MB in parts, and back', async () => {
    const url = `s3://${place.info.bucket}/cli/Big file ü.bin`;
    await writeFile(inFolder('big.bin'), randomBytes(20 * mebibyte + 3));
    await aws.run('s3', 'cp', 'big.bin', url, '--only-show-errors');
    const head = await aws.json(
      ...['s3api', 'head-object', '--bucket', place.info.bucket],
      ...['--key', 'cli/Big file ü.bin'],
    );
    // The CLI cuts parts of 8 MiB.
    assert.match(String(head.ETag), /-3"$/);
    await aws.run('s3', 'cp', url, 'back.bin', '--only-show-errors');
    assert.equal(await sha256Of(inFolder('back.bin')), await sha256Of(inFolder('big.bin')));
    assert.match(
      await aws.run('s3', 'ls', path.posix.dirname(url) + '/'),
      /20971523 Big file ü\.bin/,
    );
  });

  it('synchronises a folder up, and only what changed, and down', async () => {
    const url = `s3://${place.info.bucket}/synchronised/`;
    await mkdir(inFolder('tree', 'inner folder'), { recursive: true });
    await writeFile(inFolder('tree', 'a.txt'), 'one');
    await writeFile(inFolder('tree', 'inner folder', 'b+c.txt'), 'two');
    const first = await aws.run('s3', 'sync', 'tree', url);
    assert.equal(first.match(/upload: /g)?.length, 2);
    assert.equal(await aws.run('s3', 'sync', 'tree', url), '');
    await writeFile(inFolder('tree', 'a.txt'), 'changed');
    const second = await aws.run('s3', 'sync', 'tree', url);
    assert.match(second, /a\.txt/);
    assert.equal(second.match(/upload: /g)?.length, 1);
    await aws.run('s3', 'sync', url, 'copy');
    assert.deepEqual((await readdir(inFolder('copy'))).sort(), ['a.txt', 'inner folder']);
    assert.equal(await readFile(inFolder('copy', 'inner folder', 'b+c.txt'), 'utf8'), 'two');
    await aws.run('s3', 'rm', url, '--recursive');
    assert.equal((await aws.attempt('s3', 'ls', url)).code, 1);
  });

  it('signs a URL that anyone can fetch', async () => {
    await writeFile(inFolder('signed.txt'), 'for anyone');
    const url = `s3://${place.info.bucket}/signed.txt`;
    await aws.run('s3', 'cp', 'signed.txt', url, '--only-show-errors');
    const signed = (await aws.run('s3', 'presign', url, '--expires-in', '600')).trim();
    assert.deepEqual(await fetchText(signed), { status: 200, text: 'for anyone' });
    assert.equal((await fetchText(signed.replace('signed.txt', 'other.txt'))).status, 403);
    const old = `${place.endpointUrl}/${place.info.bucket}/signed.txt?AWSAccessKeyId=A&Signature=B`;
    const refused = await fetchText(old);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /<Code>InvalidRequest<.*Please use AWS4-HMAC-SHA256/);
  });

  it('encrypts and decrypts with a key by its alias', async () => {
    const { KeyMetadata } = (await aws.json('kms', 'create-key')) as {
      KeyMetadata: { KeyId: string; Arn: string };
    };
    await aws.run(
      ...['kms', 'create-alias', '--alias-name', 'alias/cli'],
      ...['--target-key-id', KeyMetadata.KeyId],
    );
    await writeFile(inFolder('secret'), randomBytes(32));
    const context = ['--encryption-context', 'purpose=backup,server=sql 1'];
    const encrypted = await aws.text(
      'CiphertextBlob',
      ...['kms', 'encrypt', '--key-id', 'alias/cli', '--plaintext', 'fileb://secret'],
      ...context,
    );
    await writeFile(inFolder('blob'), Buffer.from(encrypted, 'base64'));
    const opened = await aws.json(
      'kms',
      'decrypt',
      '--ciphertext-blob',
      'fileb://blob',
      ...context,
    );
    assert.equal(opened.KeyId, KeyMetadata.Arn);
    assert.deepEqual(
      Buffer.from(String(opened.Plaintext), 'base64'),
      await readFile(inFolder('secret')),
    );
    const refused = await aws.attempt('kms', 'decrypt', '--ciphertext-blob', 'fileb://blob');
    assert.match(refused.stderr, /InvalidCiphertextException/);
  });

  it('says who is calling', async () => {
    const caller = await aws.json('sts', 'get-caller-identity');
    assert.equal(caller.Account, place.info.accountId);
  });

  it('makes every call that the sandbox offers', async (t) => {
    const { accountId, bucket, roleArn } = place.info;
    const operations = await offeredOperations();
    const input = { account: accountId, bucket, roleArn, folder, operations };
    await runChecks(t, 'aws', 'aws_cli_calls.py', input, awsEnvironment(place));
  });
});

function fetchText(url: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode, text });
        });
      })
      .on('error', reject);
  });
}
