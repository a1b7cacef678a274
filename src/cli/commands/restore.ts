import { s3ObjectArn } from '../../core/aws/arn.js';
import { keyArn } from '../../core/aws/keyArn.js';
import { parseKmsKeyArn } from '../../core/aws/kmsKeyArn.js';
import type { AwsSession } from '../../core/aws/session.js';
import { taskSituation } from '../../core/diagnosis/taskSituation.js';
import {
  blockSizes,
  type RestoreDatabase,
  volumes,
} from '../../core/nativeTasks/restoreParameters.js';
import type { Statement } from '../../core/nativeTasks/statement.js';
import { restoreDatabase } from '../../core/nativeTasks/statements.js';
import { submitTask } from '../../core/nativeTasks/submitTask.js';
import { connected } from '../../core/sql/connected.js';
import { defineCommand, type OptionValues } from '../arguments/command.js';
import { awsOptions, followOptions, sqlOptions } from '../arguments/commonOptions.js';
import { s3Location } from '../arguments/s3Location.js';
import { checkBeforeRestore, reportBlocked } from '../checkBeforeRestore.js';
import { exitCode } from '../exitCode.js';
import { follow } from '../follow.js';
import { printSql } from '../text/printSql.js';
import { checkServerOptions, findServer, type Server, serverArguments } from '../targets/server.js';
import { withSession } from '../targets/session.js';
import { asUsageError } from '../arguments/usageError.js';

const options = {
  from: {
    type: 'text',
    value: 's3://BUCKET/KEY',
    required: true,
    summary: 'the backup; PREFIX* for a backup of several files; an S3 ARN is taken as it is',
  },
  database: { type: 'text', value: 'NAME', required: true, summary: 'name of the new database' },
  'kms-key': {
    type: 'text',
    value: 'KEY',
    summary: 'KMS key that encrypted the object: ARN, key id or alias/NAME',
  },
  ...followOptions,
  'no-check': { type: 'flag', summary: 'do not look first for what would make RDS refuse it' },
  force: { type: 'flag', summary: 'start it even if RDS is certain to refuse it' },
  type: {
    type: 'text',
    value: 'TYPE',
    choices: ['FULL', 'DIFFERENTIAL'],
    summary: 'kind of backup (default FULL)',
  },
  norecovery: { type: 'flag', summary: 'leave the database RESTORING, for further backups' },
  'keep-cdc': { type: 'flag', summary: 'keep change data capture' },
  'data-volume': {
    type: 'text',
    value: 'VOLUME',
    choices: volumes,
    summary: 'volume of the data files (default D:)',
  },
  'log-volume': {
    type: 'text',
    value: 'VOLUME',
    choices: volumes,
    summary: 'volume of the log files (default D:)',
  },
  'block-size': {
    type: 'number',
    value: 'BYTES',
    min: 512,
    max: 65_536,
    choices: blockSizes,
    summary: 'physical block size',
  },
  'max-transfer-size': {
    type: 'number',
    value: 'BYTES',
    min: 65_536,
    max: 4_194_304,
    multipleOf: 65_536,
    summary: 'largest unit of transfer, a multiple of 65536',
  },
  'buffer-count': {
    type: 'number',
    value: 'COUNT',
    min: 1,
    max: 2 ** 31 - 1,
    summary: 'number of I/O buffers',
  },
  ...sqlOptions,
  ...awsOptions,
} as const;

export const restore = defineCommand({
  name: 'restore',
  summary: 'restore a backup in S3 as a new database of an instance',
  description:
    'Has the instance restore a backup from S3 (rds_restore_database). First it looks for what would ' +
    'make that fail: region, key, envelope, name, option, the backup itself, tasks at work. What RDS ' +
    'is certain to refuse is not started. The instance only queues a task; --follow shows it to its ' +
    'end and, should it fail, explains why. Ctrl-C then stops following, the restore itself goes on.',
  positionals: [],
  options,
  examples: [
    'rds-backup restore --instance mydb --from s3://my-bucket/northwind.bak --database Northwind ' +
      '--kms-key alias/backups --follow',
    'rds-backup restore --instance mydb --from s3://my-bucket/northwind.bak --database Northwind --print-sql',
  ],
  run(context) {
    checkServerOptions(context);
    return withSession(context, async (session) => {
      const { output, host } = context;
      const restore = await restoreParameters(context.options, session, host.signal);
      const statement = restoreStatement(restore);
      if (context.options['print-sql']) return printSql(statement, output);
      const server = await findServer(context, session);
      const check = context.options['no-check']
        ? undefined
        : await checkBeforeRestore(restore, server, session, output, host.signal);
      const blocked = check?.findings.some(({ severity }) => severity === 'blocks');
      if (check !== undefined && blocked && !context.options.force) {
        reportBlocked(check, output);
        return exitCode.failed;
      }
      const taskId = await submit(statement, server);
      const submitted = `Restore of ${context.options.database} is queued as task ${taskId}.`;
      if (context.options.follow) {
        output.event({ event: 'submitted', taskId, check });
        output.text(submitted);
        return follow(context, server, taskId, (row) =>
          taskSituation(row, { ...server, session, justFailed: true, signal: host.signal }),
        );
      }
      output.result({ taskId, database: context.options.database, check }, () =>
        [
          submitted,
          `  Follow it:  rds-backup task ${taskId} --follow ${serverArguments(context)}`,
        ].join('\n'),
      );
      return exitCode.done;
    });
  },
});

/** @throws UsageError for an ARN of a key that is none */
async function restoreParameters(
  o: OptionValues<typeof options>,
  session: AwsSession,
  signal: AbortSignal,
): Promise<RestoreDatabase> {
  return {
    databaseName: o.database,
    s3Arn: sourceArn(o.from, session),
    type: o.type as 'FULL' | 'DIFFERENTIAL' | undefined,
    // A differential restore must say how it ends.
    withNorecovery: o.norecovery || (o.type === 'DIFFERENTIAL' ? false : undefined),
    keepCdc: o['keep-cdc'] || undefined,
    dataFileVolume: volumes.find((volume) => volume === o['data-volume']),
    logFileVolume: volumes.find((volume) => volume === o['log-volume']),
    kmsKeyArn: o['kms-key'] === undefined ? undefined : await key(o['kms-key'], session, signal),
    blockSize: o['block-size'],
    maxTransferSize: o['max-transfer-size'],
    bufferCount: o['buffer-count'],
  };
}

async function key(named: string, session: AwsSession, signal: AbortSignal): Promise<string> {
  try {
    if (named.startsWith('arn:')) parseKmsKeyArn(named);
  } catch (error) {
    throw asUsageError(error);
  }
  return keyArn(session, named, signal);
}

/** @throws UsageError for parameters that RDS would refuse */
function restoreStatement(restore: RestoreDatabase): Statement {
  try {
    return restoreDatabase(restore);
  } catch (error) {
    // Nothing has been sent: these are all about what was typed.
    throw asUsageError(error);
  }
}

/** @throws UsageError unless `from` is an S3 URI or an ARN */
function sourceArn(from: string, session: AwsSession): string {
  if (from.startsWith('arn:')) return from;
  const { bucket, key } = s3Location(from);
  return s3ObjectArn(session.partition, bucket, key);
}

/** Without a signal: a request that is cut short leaves open whether the restore is queued. */
async function submit(statement: Statement, server: Server): Promise<number> {
  const { taskId } = await connected(server.connect, (connection) =>
    submitTask(connection, statement),
  );
  return taskId;
}
