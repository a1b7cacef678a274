import path from 'node:path';
import { formatS3Uri } from '../../core/aws/s3Uri.js';
import { transferText } from '../../core/text/units.js';
import type { Services } from '../services.js';
import type { Work, WorkKind } from '../work/work.js';
import type { TaskDefinition } from './definition.js';
import type { TaskOutput } from './taskTerminal.js';

/** Does what a task of tasks.json says, without asking anybody anything. */
export async function runTask(
  services: Services,
  definition: TaskDefinition,
  folder: string | undefined,
  output: TaskOutput,
  signal: AbortSignal,
): Promise<void> {
  /** Relative paths begin at the workspace folder of the tasks.json. */
  const inFolder = (file: string) => path.resolve(folder ?? '', file);
  const asWork = <T>(kind: WorkKind, title: string, body: (work: Work) => Promise<T>) =>
    services.work.run(kind, title, (work) => {
      signal.addEventListener('abort', () => {
        work.cancel();
      });
      output.say(title);
      output.follow(work);
      return body(work);
    });
  switch (definition.action) {
    case 'upload': {
      const { runUpload } = await import('../transfer/runUpload.js');
      const { object, kmsKey: kmsKeyId, overwrite } = definition;
      const file = inFolder(definition.file);
      const title = `Encrypt ${file} and upload it to ${formatS3Uri(object)}`;
      const { keyArn, plan, seconds } = await asWork('upload', title, (work) =>
        runUpload(services, { ...object, file, kmsKeyId, overwrite }, work),
      );
      output.say(`Uploaded ${transferText(plan.plaintextBytes, seconds)}, key ${keyArn}.`);
      output.say('Read back from S3 and decrypted: ready to restore.');
      return;
    }
    case 'download': {
      const { runDownload } = await import('../transfer/runDownload.js');
      const { object, overwrite } = definition;
      const file = inFolder(definition.file);
      const title = `Download ${formatS3Uri(object)} and decrypt it to ${file}`;
      const { plaintextBytes, seconds, sha256 } = await asWork('download', title, (work) =>
        runDownload(services, { ...object, file, overwrite }, work),
      );
      output.say(`Downloaded ${transferText(plaintextBytes, seconds)}.`);
      output.say(`SHA-256 ${sha256}`);
      return;
    }
    case 'restore': {
      const { runRestoreTask } = await import('./runRestoreTask.js');
      await runRestoreTask(services, definition, output, signal);
    }
  }
}

/** What a failure is about: the backup, or the tasks.json that asked for something impossible. */
export function subjectOf(
  raw: Readonly<Record<string, unknown>>,
  folder: string | undefined,
): string {
  const { action, file } = raw;
  return action === 'upload' && typeof file === 'string'
    ? path.resolve(folder ?? '', file)
    : path.join(folder ?? '', '.vscode', 'tasks.json');
}
