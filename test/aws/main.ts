// npm run verify:aws: asks a real instance what only it can tell, in the user's own AWS account.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { EngineError, isCancelled } from '../../src/core/errors.js';
import { formatBytes } from '../../src/core/text/units.js';
import { root } from '../support/paths.js';
import { type Account, type AccountOptions, openAccount } from './account.js';
import { checks } from './checks.js';
import { Traces } from './traces.js';

const usage = `npm run verify:aws -- --instance ID --bucket NAME --kms-key KEY [options]

  --instance ID      SQL Server instance with the option SQLSERVER_BACKUP_RESTORE, in use for nothing else
  --bucket NAME      bucket that the option's role may read and write
  --kms-key KEY      key that the option's role may use: ARN, id or alias/NAME
  --profile NAME     profile of the AWS configuration files
  --region REGION    AWS Region
  --sample FILE      full backup to restore instead of the project's own (SQL Server 2016, 0.7 MB)
  --ca-file FILE     certificates (PEM) to trust besides those of Amazon RDS
  --poll SECONDS     look at a task this often (default 2)
  --confirm ID       the instance's id once more, where there is no terminal to type it at

The master password is read from RDS_BACKUP_PASSWORD, or from the secret that RDS manages.`;

const northwind = path.join(
  root,
  ...['test', 'fixtures', 'backups', 'mssql2016-full-compressed-northwind.bak'],
);

const { values } = parseArgs({
  options: {
    ...{ instance: { type: 'string' }, bucket: { type: 'string' }, 'kms-key': { type: 'string' } },
    ...{ profile: { type: 'string' }, region: { type: 'string' }, 'ca-file': { type: 'string' } },
    ...{ confirm: { type: 'string' }, poll: { type: 'string' }, help: { type: 'boolean' } },
    sample: { type: 'string', default: northwind },
  },
});

// Advice for those who build this program.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const stop = new AbortController();
process.on('SIGINT', () => {
  say('\nStopping; what was made is removed first.');
  stop.abort();
});

process.exitCode = await main().catch((error: unknown) => {
  // A failure of AWS or of the server is a sentence; anything else is ours.
  if (!(error instanceof EngineError)) throw error;
  process.stderr.write(`${error.message}\n`);
  return 1;
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  const { instance, bucket, 'kms-key': kmsKey, help } = values;
  if (help || instance === undefined || bucket === undefined || kmsKey === undefined) {
    (help ? process.stdout : process.stderr).write(`${usage}\n`);
    return help ? 0 : 2;
  }
  const options: AccountOptions = {
    ...values,
    instance,
    bucket,
    kmsKey,
    caFile: values['ca-file'],
  };
  const account = await openAccount(options, stop.signal);
  try {
    const prefix = `rds-backup-verify-${Date.now().toString(36)}/`;
    await announce(account, prefix);
    if (!(await confirmed(instance))) {
      process.stderr.write('Not confirmed: nothing was done.\n');
      return 2;
    }
    return await verify(account, prefix);
  } finally {
    account.session.dispose();
  }
}

async function announce({ instance, session, bucket, kmsKeyArn }: Account, prefix: string) {
  const size = formatBytes((await stat(values.sample)).size);
  say(
    [
      `Instance  ${instance.id} (${instance.engine} ${instance.engineVersion}, ${session.region})`,
      `Bucket    s3://${bucket}/${prefix}`,
      `KMS key   ${kmsKeyArn}`,
      '',
      `Uploads ${size} three times, starts five restores (two or three of them are to fail) and one backup on`,
      'the instance, reads that back, and removes objects and databases again. The instance works for a few',
      'minutes; AWS charges for some dozens of requests to S3 and KMS, a few cents at most.',
      '',
    ].join('\n'),
  );
}

async function confirmed(instance: string): Promise<boolean> {
  if (values.confirm !== undefined) return values.confirm === instance;
  if (!process.stdin.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const question = `Type ${instance} to go on: `;
    return (await lines.question(question, { signal: stop.signal })).trim() === instance;
  } catch (error) {
    if (stop.signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}

/** @returns exit code: 0 when the instance did all that is expected of it, and nothing was left behind */
async function verify(account: Account, prefix: string): Promise<number> {
  const traces = new Traces(account, prefix);
  const pollMs = values.poll === undefined ? undefined : Number(values.poll) * 1000;
  const o = { account, traces, sample: values.sample, pollMs, signal: stop.signal };
  let agreed = true;
  try {
    for (const { title, expected, run } of checks) {
      if (stop.signal.aborted) break;
      const finding = await run(o).catch((error: unknown) => {
        if (isCancelled(error)) return undefined;
        if (error instanceof EngineError) return { found: error.code, details: error.message };
        throw error;
      });
      if (finding === undefined) break;
      const { found, details } = finding;
      const verdict = expected === undefined ? 'learnt' : found === expected ? 'agrees' : 'DIFFERS';
      if (verdict === 'DIFFERS') agreed = false;
      say(`${verdict.padEnd(8)}${title.padEnd(54)}${found}`);
      if (details !== undefined) say(details.replaceAll(/^/gm, '          '));
    }
  } finally {
    for (const left of await traces.remove()) {
      agreed = false;
      process.stderr.write(`LEFT BEHIND, please remove it yourself: ${left}\n`);
    }
  }
  if (stop.signal.aborted) return 130;
  return agreed ? 0 : 1;
}
