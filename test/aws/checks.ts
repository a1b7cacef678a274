import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { diagnose } from '../../src/core/diagnosis/diagnose.js';
import { parseKmsKeyArn } from '../../src/core/aws/kmsKeyArn.js';
import type { Statement } from '../../src/core/nativeTasks/statement.js';
import { restoreDatabase } from '../../src/core/nativeTasks/statements.js';
import { submitTask } from '../../src/core/nativeTasks/submitTask.js';
import type { TaskRow } from '../../src/core/nativeTasks/taskRow.js';
import { watchTask } from '../../src/core/nativeTasks/watchTask.js';
import { connected } from '../../src/core/sql/connected.js';
import { downloadDecrypted } from '../../src/core/transfer/download.js';
import { readObjectEnvelope } from '../../src/core/transfer/objectEnvelope.js';
import { uploadEncrypted } from '../../src/core/transfer/upload.js';
import { verifyObject } from '../../src/core/transfer/verify.js';
import type { Account } from './account.js';
import type { Traces } from './traces.js';

export interface CheckOptions {
  readonly account: Account;
  readonly traces: Traces;
  /** A full backup that the instance can restore. */
  readonly sample: string;
  readonly pollMs?: number | undefined;
  readonly signal: AbortSignal;
}

export interface Check {
  readonly title: string;
  /** What this project takes for granted; undefined where nothing is known, and the run will tell. */
  readonly expected: string | undefined;
  /** @returns what was found, in the words of `expected`, and the server's own */
  readonly run: (o: CheckOptions) => Promise<Finding>;
}

interface Finding {
  readonly found: string;
  readonly details?: string | undefined;
}

const restored = 'restored';
const readBack = 'decrypted';

/** In this order: the later ones use the objects of the first. */
export const checks: readonly Check[] = [
  {
    title: 'V1 envelope, restored with its key',
    expected: restored,
    run: async (o) => {
      await upload(o, 'v1');
      return restore(o, 'v1', o.account.kmsKeyArn);
    },
  },
  {
    title: 'V2 envelope, restored with its key',
    expected: undefined,
    run: async (o) => {
      await upload(o, 'v2');
      return restore(o, 'v2', o.account.kmsKeyArn);
    },
  },
  {
    title: 'V1 envelope, restored without a key',
    expected: 'encrypted-backup-no-key',
    run: (o) => restore(o, 'v1'),
  },
  {
    title: 'No envelope, restored with a key',
    expected: 'cse-metadata-incomplete',
    run: async (o) => {
      const { s3, bucket } = o.account;
      const Body = await readFile(o.sample);
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(o, 'plain'), Body }));
      return restore(o, 'plain', o.account.kmsKeyArn);
    },
  },
  {
    title: 'V1 envelope, restored with a key that does not exist',
    expected: 'kms-key-does-not-exist',
    run: (o) => restore(o, 'v1', absentKey(o.account.kmsKeyArn)),
  },
  { title: 'Backup written by RDS, read here', expected: readBack, run: backUpAndRead },
];

const keyOf = ({ traces }: CheckOptions, name: string) => `${traces.prefix}${name}.bak`;

async function upload(o: CheckOptions, format: 'v1' | 'v2'): Promise<void> {
  const { s3, keys, bucket, kmsKeyArn } = o.account;
  await uploadEncrypted({
    ...{ s3, keys, bucket, key: keyOf(o, format), file: o.sample, format },
    ...{ kmsKeyId: kmsKeyArn, signal: o.signal },
  });
}

async function restore(o: CheckOptions, name: string, kmsKeyArn?: string): Promise<Finding> {
  const databaseName = newDatabase(o.traces);
  const s3Arn = o.account.arn(keyOf(o, name));
  return told(await endOf(o, restoreDatabase({ databaseName, s3Arn, kmsKeyArn })));
}

function newDatabase({ databases, prefix }: Traces): string {
  const name = `${prefix.replaceAll(/\W+/g, '_')}${databases.length + 1}`;
  databases.push(name);
  return name;
}

async function backUpAndRead(o: CheckOptions): Promise<Finding> {
  const { account, traces, signal } = o;
  const key = keyOf(o, 'from-rds');
  const parameters = Object.entries({
    // The first restore made it.
    source_db_name: traces.databases[0] ?? '',
    s3_arn_to_backup_to: account.arn(key),
    kms_master_key_arn: account.kmsKeyArn,
  }).map(([name, value]) => ({ name, type: 'nvarchar' as const, value }));
  const procedure = 'msdb.dbo.rds_backup_database';
  const row = await endOf(o, { kind: 'procedure', procedure, parameters });
  if (row.lifecycle !== 'SUCCESS') return told(row);
  const object = { ...account, key, signal };
  const { metadata } = await readObjectEnvelope(object);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rds-backup-verify-'));
  try {
    await verifyObject(object);
    await downloadDecrypted({ ...object, file: path.join(folder, 'from-rds.bak') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { found: readBack, details: `Metadata: ${Object.keys(metadata).sort().join(', ')}` };
}

/** Submits a task and waits for its end. */
async function endOf(o: CheckOptions, statement: Statement): Promise<TaskRow> {
  const { connect } = o.account;
  // Not to be broken off: whether it is queued would not be known.
  const { taskId } = await connected(connect, (sql) => submitTask(sql, statement));
  o.traces.tasks.add(taskId);
  for await (const event of watchTask({ connect, taskId, pollMs: o.pollMs, signal: o.signal })) {
    if (event.kind !== 'done') continue;
    o.traces.tasks.delete(taskId);
    return event.row;
  }
  throw new Error(`Task ${taskId} was not followed to its end.`);
}

function told({ lifecycle, taskInfo }: TaskRow): Finding {
  if (lifecycle === 'SUCCESS') return { found: restored };
  const found = lifecycle === 'ERROR' ? (diagnose(taskInfo)?.id ?? 'unknown failure') : lifecycle;
  return { found, details: taskInfo };
}

/** The ARN of another key id: the last digit is another. */
function absentKey(arn: string): string {
  parseKmsKeyArn(arn);
  return `${arn.slice(0, -1)}${arn.endsWith('0') ? '1' : '0'}`;
}
