import { GenerateDataKeyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import sql from 'mssql';
import { fixture, program } from '../../support/paths.js';
import { type RunningSandbox, type SandboxInfo, startSandbox } from '../../support/sandbox.js';
import {
  databaseNames,
  type Parameters,
  plainInfo,
  restore,
  submit,
  waitFor,
} from '../agent/tasks.js';

async function run(...args: string[]) {
  const child = spawn(process.execPath, [program('sandbox'), ...args]);
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
    });
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, ...texts };
}

async function connect(info: SandboxInfo, index = 0): Promise<sql.ConnectionPool> {
  const { host, port, user, password, caFile } = info.instances[index]!;
  const ca = await readFile(caFile, 'utf8');
  return new sql.ConnectionPool({
    server: host,
    ...{ port, user, password, pool: { min: 0, max: 1 } },
    options: { encrypt: true, cryptoCredentialsDetails: { ca } },
  }).connect();
}

const clientConfig = ({ endpointUrl, region, accessKeyId, secretAccessKey }: SandboxInfo) => ({
  endpoint: endpointUrl,
  region,
  credentials: { accessKeyId, secretAccessKey },
});

describe('the sandbox as a program', () => {
  let base: string;
  let state: string;
  let sandbox: RunningSandbox;
  let pool: sql.ConnectionPool;
  let bytes: Buffer;

  const start = () => startSandbox({ state, args: ['--time-scale', '500'] });

  before(async () => {
    base = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-program-'));
    state = path.join(base, 'state');
    bytes = await readFile(fixture('backups', 'mssql2016-full-compressed-northwind.bak'));
    sandbox = await start();
    pool = await connect(sandbox.info);
  });
  after(async () => {
    await pool.close();
    await sandbox.stop();
    await rm(base, { recursive: true, force: true, maxRetries: 5 });
  });

  async function put(key: string, body: Buffer, Metadata = {}): Promise<string> {
    const s3 = new S3Client({ ...clientConfig(sandbox.info), forcePathStyle: true });
    const { bucket } = sandbox.info;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata }));
    s3.destroy();
    return `arn:aws:s3:::${bucket}/${key}`;
  }

  /** Encrypts as the walk-through's .NET program did, with the data key from the sandbox's KMS. */
  async function putEncrypted(key: string): Promise<string> {
    const kms = new KMSClient(clientConfig(sandbox.info));
    const { kmsKeyArn } = sandbox.info;
    const { Plaintext, CiphertextBlob } = await kms.send(
      new GenerateDataKeyCommand({ KeyId: kmsKeyArn, KeySpec: 'AES_256' }),
    );
    kms.destroy();
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-256-cbc', Plaintext!, iv);
    return put(key, Buffer.concat([cipher.update(bytes), cipher.final()]), {
      'x-amz-key': Buffer.from(CiphertextBlob!).toString('base64'),
      'x-amz-iv': iv.toString('base64'),
      'x-amz-matdesc': '{}',
    });
  }

  const outcome = async (name: string, arn: string, key?: string) =>
    waitFor(pool, await restore(pool, name, arn, key ? { kms_master_key_arn: key } : {}));

  it('prints where everything is', () => {
    const { info } = sandbox;
    assert.match(info.endpointUrl, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(info.instances.length, 2);
    for (const { host, port, user } of info.instances) {
      assert.equal(host, 'localhost');
      assert.ok(port > 0);
      assert.notEqual(user, '');
    }
    assert.match(info.kmsKeyArn, new RegExp(`^arn:aws:kms:${info.region}:${info.accountId}:key/`));
    assert.match(info.roleArn, /^arn:aws:iam::\d{12}:role\//);
    assert.notEqual(info.optionGroup, '');
  });

  it('has two versions, one ready for backup and restore, one without the option', async () => {
    const other = await connect(sandbox.info, 1);
    const version = async (connection: sql.ConnectionPool) => {
      const text = "SELECT CAST(SERVERPROPERTY('ProductMajorVersion') AS nvarchar(9)) AS v";
      return ((await connection.request().query(text)).recordset[0] as { v: string }).v;
    };
    assert.notEqual(await version(pool), await version(other));
    await assert.rejects(
      restore(other, 'no', 'arn:aws:s3:::x/y'),
      /^RequestError: Database backup\/restore option is not enabled yet/,
    );
    await other.close();
  });

  it('restores what was encrypted, and fails as in the walk-through', async () => {
    const frame = 'Aborted the task because of a task failure or a concurrent RESTORE_DB request.';
    const { kmsKeyArn, bucket } = sandbox.info;
    const encrypted = await putEncrypted('northwind.bak');
    const good = await outcome('northwind', encrypted, kmsKeyArn);
    assert.equal(good.lifecycle, 'SUCCESS', good.task_info);
    assert.match(plainInfo(good), /Command execution completed successfully\.$/);

    const plain = await put('plain.bak', bytes);
    assert.equal(
      plainInfo(await outcome('a', plain, kmsKeyArn)),
      `${frame} Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.`,
    );
    assert.match(
      plainInfo(await outcome('a', encrypted)),
      /^Task execution has started\. The media family on device ‘[0-9A-F-]{36}’ is incorrectly formed\. SQL Server cannot process this media family\. RESTORE FILELIST is terminating abnormally\. Aborted the task because of a task failure or a concurrent RESTORE_DB request\. northwind\.bak: S3 processing has been aborted Invalid attempt to read when no data is present\.$/,
    );
    const kms = new KMSClient(clientConfig(sandbox.info));
    const { Aliases = [] } = await kms.send(new ListAliasesCommand({}));
    kms.destroy();
    const other = Aliases.find(({ AliasName }) => AliasName === 'alias/other-key')!.TargetKeyId!;
    const otherArn = kmsKeyArn.replace(/[^/]+$/, other);
    const missingArn = kmsKeyArn.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000');
    for (const arn of [otherArn, missingArn]) {
      assert.equal(
        plainInfo(await outcome('a', encrypted, arn)),
        `${frame} Key ‘${arn}’ does not exist`,
      );
    }
    assert.equal(
      plainInfo(await outcome('a', `arn:aws:s3:::${bucket}-eu/northwind.bak`)),
      `${frame} Access Denied. Please specify a bucket that is in the same region as RDS instance.`,
    );
    assert.deepEqual(await databaseNames(pool), ['northwind']);
  });

  it('backs up to an object that S3 hands out as any other', async () => {
    const { bucket } = sandbox.info;
    const backUp = async (key: string, more: Parameters = {}) => {
      const parameters = {
        source_db_name: 'northwind',
        s3_arn_to_backup_to: `arn:aws:s3:::${bucket}/${key}`,
        ...more,
      };
      const row = await waitFor(
        pool,
        await submit(pool, parameters, 'msdb.dbo.rds_backup_database'),
      );
      assert.equal(row.lifecycle, 'SUCCESS', row.task_info);
    };
    await backUp('out/plain.bak');
    const s3 = new S3Client({ ...clientConfig(sandbox.info), forcePathStyle: true });
    const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'out/plain.bak' }));
    assert.deepEqual(Buffer.from(await got.Body!.transformToByteArray()), bytes);
    await backUp('out/encrypted.bak', { kms_master_key_arn: sandbox.info.kmsKeyArn });
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'out/encrypted.bak' }));
    s3.destroy();
    assert.deepEqual(Object.keys(head.Metadata ?? {}).sort(), [
      'x-amz-iv',
      'x-amz-key',
      'x-amz-matdesc',
    ]);
    assert.equal(head.ContentLength, (Math.floor(bytes.length / 16) + 1) * 16);
  });

  it('refuses a state folder that is in use', async () => {
    const { code, stdout, stderr } = await run('--port', '0', '--sql-port', '0', '--state', state);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^Another sandbox \(process \d+\) uses the state folder .+\n$/);
  });

  for (const option of ['--port', '--sql-port']) {
    it(`says which ${option} is taken, and leaves nothing locked`, async () => {
      const holder = net.createServer();
      await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
      const { port } = holder.address() as net.AddressInfo;
      const folder = path.join(base, `taken${option}`);
      const ports = option === '--port' ? ['--sql-port', '0'] : ['--port', '0'];
      const { code, stderr } = await run(...ports, option, String(port), '--state', folder);
      holder.close();
      assert.equal(code, 1);
      assert.equal(
        stderr,
        `Port ${port} is used by another program. Choose another one with ${option} (0 takes any free port).\n`,
      );
      await assert.rejects(readFile(path.join(folder, 'sandbox.lock')), { code: 'ENOENT' });
    });
  }

  it('explains itself and refuses a wrong command line', async () => {
    const help = await run('--help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /^Usage: /);
    const wrong = await run('--port', 'x');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /^--port takes a port number.+\n\nUsage: /);
    assert.equal(wrong.stdout, '');
  });

  it('listens on loopback only', async () => {
    const outside = Object.values(os.networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal);
    if (!outside) return;
    const ports = [Number(new URL(sandbox.info.endpointUrl).port), sandbox.info.instances[0]!.port];
    for (const port of ports) {
      const socket = net.connect({ host: outside.address, port });
      const code = await new Promise((resolve) => {
        socket.once('error', (error: NodeJS.ErrnoException) => {
          resolve(error.code);
        });
        socket.once('connect', () => {
          resolve('connected');
        });
      });
      socket.destroy();
      assert.equal(code, 'ECONNREFUSED');
    }
  });

  it('keeps everything over a restart, and begins anew with --reset', async () => {
    const { accessKeyId, kmsKeyArn, bucket, instances } = sandbox.info;
    await pool.close();
    await sandbox.stop();
    sandbox = await start();
    assert.deepEqual(
      [sandbox.info.accessKeyId, sandbox.info.kmsKeyArn, sandbox.info.bucket],
      [accessKeyId, kmsKeyArn, bucket],
    );
    assert.equal(sandbox.info.instances[0]?.password, instances[0]?.password);
    pool = await connect(sandbox.info);
    assert.deepEqual(await databaseNames(pool), ['northwind']);
    await pool.close();
    await sandbox.stop();
    sandbox = await startSandbox({ state, args: ['--time-scale', '500', '--reset'] });
    assert.notEqual(sandbox.info.accessKeyId, accessKeyId);
    pool = await connect(sandbox.info);
    assert.deepEqual(await databaseNames(pool), []);
  });
});

describe('stopping the sandbox', () => {
  // Node on Windows ends a killed process at once.
  const skip = process.platform === 'win32' ? 'signals cannot be sent on Windows' : false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`by ${signal} closes it cleanly, busy connections included`, { skip }, async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-stop-'));
      const args = ['--json', '--port', '0', '--sql-port', '0', '--state', folder];
      const child = spawn(process.execPath, [program('sandbox'), ...args]);
      let errors = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors += text;
      });
      const closed = new Promise((resolve) => child.once('close', resolve));
      const info = JSON.parse(
        await new Promise<string>((resolve) => {
          child.stdout.setEncoding('utf8').once('data', resolve);
        }),
      ) as SandboxInfo;
      const pool = await connect(info);
      pool.on('error', () => undefined);
      const waiting = pool.request().batch("WAITFOR DELAY '01:00:00'");
      const failed = assert.rejects(waiting);
      await new Promise((resolve) => setTimeout(resolve, 50));
      child.kill(signal);
      assert.equal(await closed, 0);
      assert.equal(errors, '');
      await failed;
      await pool.close();
      await assert.rejects(readFile(path.join(folder, 'sandbox.lock')), { code: 'ENOENT' });
      await rm(folder, { recursive: true, force: true });
    });
  }
});
