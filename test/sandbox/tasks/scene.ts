import { createCipheriv } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { kmsKeyService } from '../../../src/core/aws/kmsKeyService.js';
import { type AwsSession, openSession } from '../../../src/core/aws/session.js';
import { createEnvelope } from '../../../src/core/envelope/create.js';
import type { TaskEvent } from '../../../src/core/nativeTasks/followTask.js';
import type { RestoreDatabase } from '../../../src/core/nativeTasks/restoreParameters.js';
import { restoreDatabase } from '../../../src/core/nativeTasks/statements.js';
import { submitTask } from '../../../src/core/nativeTasks/submitTask.js';
import { watchTask, type WatchTask } from '../../../src/core/nativeTasks/watchTask.js';
import { connect } from '../../../src/core/sql/connection.js';
import { fixture } from '../../support/paths.js';
import { startSandbox } from '../../support/sandbox.js';
import { awsHome } from '../../unit/aws/awsHome.js';

/** A sandbox with a backup in its bucket, plain and encrypted, and its first instance at hand. */
export async function taskScene(...args: string[]) {
  const home = await awsHome();
  const sandbox = await startSandbox({ args });
  const { info } = sandbox;
  process.env['AWS_ACCESS_KEY_ID'] = info.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = info.secretAccessKey;
  const session = await openSession({ region: info.region, endpointUrl: info.endpointUrl });
  await putBackups(session, info.bucket, info.kmsKeyArn);
  const [instance] = info.instances;
  if (!instance) throw new Error('the sandbox has no instance');

  const open = (port = instance.port) =>
    connect({
      host: instance.host,
      port,
      user: instance.user,
      caFile: instance.caFile,
      password: () => Promise.resolve(instance.password),
    });

  return {
    info,
    session,
    open,
    instance,
    async submit(o: Omit<RestoreDatabase, 's3Arn'> & { key: string }) {
      const { key, ...rest } = o;
      const connection = await open();
      try {
        const s3Arn = `arn:aws:s3:::${info.bucket}/${key}`;
        return await submitTask(connection, restoreDatabase({ ...rest, s3Arn }));
      } finally {
        await connection.close();
      }
    },
    async follow(taskId: number, change: Partial<WatchTask> = {}): Promise<TaskEvent[]> {
      const events = [];
      const o = { connect: () => open(), taskId, pollMs: 50, maxPollMs: 200, ...change };
      for await (const event of watchTask(o)) events.push(event);
      return events;
    },
    async stop() {
      session.dispose();
      await sandbox.stop();
      await home.remove();
    },
  };
}

const backup = await readFile(fixture('backups', 'mssql2016-full-compressed-northwind.bak'));

async function putBackups(session: AwsSession, bucket: string, keyId: string) {
  const s3 = await session.s3();
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'plain.bak', Body: backup }));
  await putEncrypted(session, bucket, 'encrypted.bak', keyId);
}

/** A backup in an envelope of the format V1. */
export async function putEncrypted(
  session: AwsSession,
  bucket: string,
  key: string,
  keyId: string,
): Promise<void> {
  const { dataKey, iv, metadata } = await createEnvelope({
    format: 'v1',
    keyId,
    keys: kmsKeyService(session),
    plaintextLength: backup.length,
  });
  const cipher = createCipheriv('aes-256-cbc', dataKey, iv);
  const Body = Buffer.concat([cipher.update(backup), cipher.final()]);
  const s3 = await session.s3();
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, Metadata: metadata }));
}

/** The last event, which says how the task ended. */
export function outcome(events: readonly TaskEvent[]) {
  const last = events.at(-1);
  if (last?.kind !== 'done') throw new Error(`the task did not end: ${last?.kind ?? 'no event'}`);
  return last;
}

export const texts = (events: readonly TaskEvent[]) =>
  events.flatMap((event) => (event.kind === 'message' ? [event.message.text] : []));
