// npm run demo: a real SQL Server backup goes all the way, encrypted, uploaded, restored and back, and
// the three failures that everybody meets are shown and explained. It drives the command line program
// as a user would, against the local sandbox: no account, nothing outside this machine.
//
//   --sample FILE   another backup than the one that comes with the project
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { buildIfStale } from './lib/buildIfStale.mjs';
import { bold, Stage, StepFailed } from './lib/demoStage.mjs';
import { root } from './lib/project.mjs';

/** @import { SandboxInfo } from './lib/demoStage.mjs' */

const northwind = 'test/fixtures/backups/mssql2016-full-compressed-northwind.bak';
const { sample } = parseArgs({
  options: { sample: { type: 'string', default: northwind } },
}).values;

// Advice for those who build this program.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error(`stopped by ${signal}`));
  });
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-demo-'));
const stage = new Stage(stop.signal);
/** @type {unknown} */
let failure;
try {
  await buildPrograms();
  await demo();
} catch (error) {
  failure = error;
} finally {
  await stage.stopAll();
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
if (stop.signal.aborted) {
  stage.say('\nStopped. The sandbox is shut down and its files are removed.');
  process.exitCode = 130;
} else if (failure !== undefined) {
  const why = failure instanceof StepFailed ? failure.message : inspect(failure);
  process.stderr.write(`\nThe demo FAILED. ${why}\n`);
  process.exitCode = 1;
}

async function buildPrograms() {
  try {
    await buildIfStale();
  } catch (error) {
    throw new StepFailed('Build the programs', error);
  }
}

async function demo() {
  stage.say(bold('RDS Backup for SQL Server: a backup goes to Amazon RDS and back'));
  stage.say(
    'Everything runs on this machine, against the sandbox, a stand-in for S3, KMS, RDS and SQL Server.\n' +
      'The encryption, the checks and the messages are real; the sandbox restores no rows.',
  );

  const sandbox = await stage.step('Start the sandbox', startSandbox);
  const { bucket, kmsKeyArn } = sandbox;
  const [instance] = sandbox.instances;
  if (instance === undefined) throw new Error('The sandbox has no instance.');
  const sql = ['--instance', instance.id, '--ca-file', instance.caFile];
  const name = path.basename(sample);
  const encrypted = `s3://${bucket}/encrypted/${name}`;

  await stage.step('Look into the backup file', () => stage.cli(['inspect', sample]));

  await stage.step('Encrypt and upload it', () =>
    stage.cli(['upload', sample, `s3://${bucket}/encrypted/`, '--kms-key', kmsKeyArn]),
  );
  await stage.step('Look at the object: the envelope that RDS needs to decrypt it', () =>
    stage.cli(['inspect', encrypted]),
  );
  await stage.step('Prove the round trip: the object decrypts to a SQL Server backup', () =>
    stage.cli(['verify', encrypted]),
  );

  await stage.step('Restore it and follow the task', () =>
    stage.cli(restore(encrypted, 'Northwind', ['--kms-key', kmsKeyArn]), {
      says: ['Command execution completed successfully.'],
    }),
  );
  await stage.step('List the databases of the instance', () =>
    stage.cli(['databases', ...sql], { says: ['Northwind'] }),
  );

  // The check before a restore foresees each of them, hence --force.
  const plain = `s3://${bucket}/plain/${name}`;
  await stage.step('Failure 1: a plain (SSE) object restored with a key', async () => {
    await putPlainObject(sandbox, `plain/${name}`);
    await stage.cli(
      restore(plain, 'Northwind_1', ['--kms-key', kmsKeyArn, '--force']),
      expectFailure('cse-metadata-incomplete'),
    );
  });
  await stage.step('Failure 2: the encrypted object restored without a key', () =>
    stage.cli(
      restore(encrypted, 'Northwind_2', ['--force']),
      expectFailure('encrypted-backup-no-key'),
    ),
  );
  await stage.step('Failure 3: the encrypted object restored with the wrong key', () =>
    stage.cli(
      restore(encrypted, 'Northwind_3', ['--kms-key', mistyped(kmsKeyArn), '--force']),
      expectFailure('kms-key-does-not-exist'),
    ),
  );

  const copy = path.join(folder, name);
  const digest = await stage.step(
    'Download and decrypt it; compare with the original',
    async () => {
      await stage.cli(['download', encrypted, copy]);
      const original = sha256(path.resolve(root, sample));
      const returned = sha256(copy);
      stage.say(`\nSHA-256 of the original  ${original}\nSHA-256 of the download  ${returned}`);
      if (original !== returned) throw new Error('the downloaded file differs from the original.');
      return returned;
    },
  );

  stage.summary([
    'The backup was encrypted, uploaded, restored and downloaded, and came back byte for byte:',
    `its SHA-256 equals the original's (${digest.slice(0, 16)}…).`,
    'Each of the three failing restores failed as Amazon RDS lets it fail, and was explained.',
  ]);

  /** @param {string} from @param {string} database @param {string[]} flags */
  function restore(from, database, flags) {
    // Time runs faster here, so the task is looked at more often.
    const follow = ['--follow', '--poll', '0.2'];
    return ['restore', ...sql, '--from', from, '--database', database, ...flags, ...follow];
  }
}

/** A restore that must fail, and be explained as this entry of the failure catalogue. */
function expectFailure(/** @type {string} */ id) {
  return { exitCode: 1, says: [`[${id}]`] };
}

async function startSandbox() {
  const args = ['--json', '--port', '0', '--sql-port', '0', '--state', path.join(folder, 'state')];
  // Five times faster than life: quick, but slow enough to watch.
  const sandbox = await stage.startSandbox([...args, '--time-scale', '5']);
  stage.environment = {
    ...withoutAws(process.env),
    AWS_ENDPOINT_URL: sandbox.endpointUrl,
    AWS_REGION: sandbox.region,
    AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
    AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
    RDS_BACKUP_PASSWORD: sandbox.instances[0]?.password,
  };
  stage.say(
    `AWS answers at ${sandbox.endpointUrl}, ${sandbox.instances.length} SQL Server instances listen.`,
  );
  return sandbox;
}

/** The user's own AWS settings must not leak into a demo, and a demo must not use the account. */
function withoutAws(/** @type {NodeJS.ProcessEnv} */ env) {
  const kept = Object.entries(env).filter(([name]) => !/^AWS_/i.test(name));
  return {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: path.join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** What the S3 console does with a dropped file: an upload with server-side encryption only. */
async function putPlainObject(/** @type {SandboxInfo} */ sandbox, /** @type {string} */ key) {
  const { endpointUrl: endpoint, region, accessKeyId, secretAccessKey } = sandbox;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await s3.send(
    new PutObjectCommand({
      Bucket: sandbox.bucket,
      Key: key,
      Body: readFileSync(path.resolve(root, sample)),
      ServerSideEncryption: 'AES256',
    }),
  );
  s3.destroy();
}

/** The ARN as a slip of the finger makes it: the key id ends in other digits. */
function mistyped(/** @type {string} */ keyArn) {
  return keyArn.endsWith('0') ? `${keyArn.slice(0, -1)}1` : `${keyArn.slice(0, -1)}0`;
}

function sha256(/** @type {string} */ file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
